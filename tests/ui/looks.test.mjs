// Every screen, as those see it who need large type, read at night, or speak English: a picture of each, and no
// fault that can be measured. The pictures are left in target/ui-pictures, to be looked at.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { command, PIN, Screen, withCheck } from './lib/phone.mjs'
import { set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

const LOOKS = {
  standard: {},
  largest: { size: 'largest' },
  dark: { dark: true },
  english: { language: 'en' },
  'english-largest': { language: 'en', size: 'largest' },
}
let world, stage, fresh, code

before(async () => {
  world = await World.begin(150)
  stage = await set(world)
  fresh = await world.phone('fresh')
  code = await withCheck(fresh, '123456781234567')
})
after(() => world.end())

/** Where each screen is, and what brings it into the state that is to be seen. */
function screens() {
  const { person, other, received, waiting, draft, part } = stage
  const { household } = person
  const button = (index) => (page) => page.locator('.line button').nth(index).click()
  const end = (page) => page.locator('.body').evaluate((body) => body.scrollTo(0, body.scrollHeight))
  return [
    ['today', '/today'],
    ['today-end', '/today', end],
    ['people', '/people'],
    ['people-found', '/people', (page) => page.getByRole('searchbox').fill('l')],
    ['people-kind', '/people', (page) => page.locator('.pick select').last().selectOption('child')],
    ['people-kind-none', '/people', async (page) => {
      await page.locator('.pick select').last().selectOption('destitute')
      await page.getByRole('searchbox').fill('qqqq')
    }],
    ['people-not-found', '/people', (page) => page.getByRole('searchbox').fill('qqqq')],
    ['records', '/records?discarded=1'],
    ['records-found', '/records', (page) => page.getByRole('searchbox').fill('zd')],
    ['records-not-found', '/records', (page) => page.getByRole('searchbox').fill('qqqq')],
    ['records-end', '/records?discarded=1', end],
    ['records-attention', '/records', (page) => page.locator('.filters button').nth(2).click()],
    ['me', '/me'],
    ['me-end', '/me', end],
    ['person', `/person/${person.subject}`],
    ['person-end', `/person/${person.subject}`, end],
    ['person-contested', `/person/${other.subject}`],
    ['person-correct', `/person/${person.subject}`, (page) => page.locator('.way button').click()],
    ['contested', `/contested/person/${other.subject}`],
    ['history', `/history/${person.subject}`],
    ['part', `/part/${part}`],
    ['part-amend', `/part/${part}`, (page) => page.locator('.answer button').first().click()],
    ['part-time', `/part/${part}`, (page) => page.locator('.line button').first().click()],
    ['part-late', `/part/${part}`, async (page) => {
      await page.locator('.line button').first().click()
      await page.locator('#day').fill(new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10))
      await page.locator('.times .main').click()
      await page.locator('#late-reason').waitFor()
    }],
    ['record-received', `/record/${received}`],
    ['record-waiting', `/record/${waiting}`],
    ['start', `/start?household=${household}&subject=${person.subject}`],
    ['start-elsewhere', `/start?household=${household}&subject=${person.subject}`, (page) => page.locator('.card .choices button').nth(1).click().then(() => end(page))],
    ['changed', `/changed?household=${household}&subject=${person.subject}`],
    ['news', '/news'],
    ['not-met', `/not-met?subject=${person.subject}`],
    ['not-met-died', `/not-met?subject=${person.subject}`, (page) => page.locator('.choices').nth(1).locator('button').last().click()],
    ['not-met-household', `/not-met?household=${household}`],
    ['visit', `/visit/${draft}`],
    ['visit-gaps', `/visit/${draft}`, (page) => page.locator('.act .main').click().then(() => page.locator('.gaps').waitFor())],
    ['visit-met', `/visit/${draft}`, button(0)],
    ['visit-time', `/visit/${draft}`, (page) => page.locator('.line button').nth(-3).click()],
    ['visit-who', `/visit/${draft}`, (page) => page.locator('.line button').nth(-1).click()],
    ['visit-found', `/visit/${draft}`, (page) => page.locator('.card .pair button').first().click()],
    ['form', `/visit/${draft}/form/${person.subject}`],
    ['form-last', `/visit/${draft}/form/${person.subject}`, async (page) => {
      for (let turn = 0; turn < 3; turn++) await page.locator('.act .main').click()
    }],
    ['done-waiting', `/done/${waiting}?next=${person.subject}`],
    ['done-received', `/done/${received}`],
    ['done-reported', `/done/${waiting}?reported=1`],
    ['urgent', '/urgent'],
    ['register', '/register'],
    ['pin', '/pin'],
    ['about', '/about'],
  ]
}

for (const [look, how] of Object.entries(LOOKS)) {
  test(`${look}: every screen`, async () => {
    const faults = []
    const shown = async (screen, name) => {
      await screen.page.waitForTimeout(120)
      await screen.picture(`${look}-${name}`)
      // Colours and roles do not depend on size and language.
      faults.push(...(await screen.faults(name, { axe: look === 'standard' || look === 'dark' })))
    }
    const enrol = await Screen.open(world, fresh, how)
    await enrol.page.locator('.field').waitFor()
    await shown(enrol, 'enrol')
    await enrol.page.locator('.field').fill(code)
    await enrol.page.locator('.act .main').click()
    await enrol.page.locator('.field').nth(1).fill('1111112')
    await shown(enrol, 'enrol-pin')
    await enrol.page.context().close()
    const screen = await Screen.open(world, stage.one, { ...how, path: '/#/today' })
    await screen.page.locator('.body ul').waitFor()
    for (const [name, path, act] of screens()) {
      // A page of its own each time: nothing that lay over the one before is left.
      await screen.page.goto(`${stage.one.url}/?${name}#${path}`)
      await screen.page.locator('.body').first().waitFor()
      await act?.(screen.page)
      await shown(screen, name)
    }
    await command(stage.one, 'lock')
    await screen.page.goto(`${stage.one.url}/?lock`)
    await screen.page.locator('.body').first().waitFor()
    await shown(screen, 'lock')
    await screen.page.locator('.quiet').last().click()
    await shown(screen, 'lock-forgotten')
    await command(stage.one, 'unlock', { pin: PIN })
    assert.equal([...screen.errors, ...faults].join('\n'), '')
    await screen.page.context().close()
  })
}

test('what moves stands still for those who asked for it', async () => {
  const moved = {}
  for (const motion of ['no-preference', 'reduce']) {
    const screen = await Screen.open(world, stage.one, { motion, path: `/#/person/${stage.person.subject}` })
    await screen.see('要做什么')
    // Whatever moves in any frame while a sheet comes up and goes again.
    const watched = await screen.page.evaluateHandle(() => {
      const names = new Set()
      const look = () => {
        for (const one of document.getAnimations()) names.add(one.animationName ?? one.transitionProperty)
        requestAnimationFrame(look)
      }
      look()
      return names
    })
    await screen.tap(/^更正 /)
    await screen.page.getByRole('dialog').waitFor()
    await screen.page.waitForTimeout(400)
    await screen.tap('关闭')
    await screen.page.getByRole('dialog').waitFor({ state: 'hidden' })
    moved[motion] = await watched.evaluate((names) => [...names])
    await screen.page.context().close()
  }
  assert.ok(moved['no-preference'].length > 0, 'a sheet slides in')
  assert.deepEqual(moved.reduce, [])
})
