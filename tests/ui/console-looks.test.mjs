// Every screen of the console, for those at a large screen, at a small one, at night, and in English: a picture
// of each, and no fault that can be measured. The pictures are left in target/ui-pictures, to be looked at.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk, SMALL, WIDE } from './lib/console.mjs'
import { World } from './lib/world.mjs'

const LOOKS = {
  desk: { size: WIDE },
  'desk-small': { size: SMALL },
  'desk-dark': { size: WIDE, dark: true },
  'desk-english': { size: SMALL, language: 'en' },
  // A narrow window, or a large one at twice the size of letters.
  'desk-narrow': { size: { width: 640, height: 720 }, only: ['coverage', 'unvisited', 'waiting-contested', 'person', 'today', 'grants', 'staff', 'nowhere'] },
}
let world, people

before(async () => {
  world = await World.begin(600)
  people = {
    admin: await account(world, '县管理员', 'yangyq'),
    approver: await account(world, '负责人', 'duanxx'),
    reviewer: await account(world, '县审核员', 'shanyy'),
    township: await account(world, '乡镇站长', 'wangax', '功果桥镇'),
  }
})
after(() => world.end())

const first = (selector) => async (page) => {
  await page.locator(selector).first().click()
  await page.waitForTimeout(400)
}
const OPEN_PERSON = '.rows .row a'
const person = async (page, desk) => {
  await first(OPEN_PERSON)(page)
  await desk.quiet()
}
const visit = async (page, desk) => {
  await person(page, desk)
  await first('.visits a')(page)
  await desk.quiet()
  await first('summary')(page)
}

// Phones as they are after a while: the county of the test is new.
const devices = Array.from({ length: 60 }, (_, index) => ({
  device: `${index}`.padStart(16, '0'), staff: `${index}`, name: ['张玉娅', '尹泽光', '阿鲁约布木呷阿黑惹'][index % 3], phone: `107667493${10 + index}`,
  areas: index % 7 ? ['果郎社区'] : ['果郎社区', '青松村委会', '和平村委会'], state: index % 20 === 19 ? 'revoked' : 'active', enrolled_ms: Date.now() - 1e10,
  heard_ms: index === 5 ? null : Date.now() - (index % 9) * 86_400_000, silent_days: index % 9, silent: index % 9 >= 3, waiting: index % 5 ? 0 : index, app: '0.1.0',
}))

const acts = [['phone_handed_over', '单一勇'], ['recovery_read', ''], ['sheet_printed', '阿鲁约布木呷阿黑惹'], ['phone_taken_back', '王阿香']].map(([act, by], index) => ({ number: index + 1, at_ms: Date.now() - index * 2e8, act, by }))

// What the county's program fails on, as the list and the item are answered.
const unhandled = {
  handle: 'a1b2-7', reason: 'unhandled', kind: 'part', record: '0'.repeat(32), field: null, area: 532929102201, area_name: '民主村委会', author: '董正雄', day: '2026-11-20',
  people: ['阿鲁约布木呷阿黑惹'], arrived_ms: Date.now() - 9e7, kept: null, why: '县里的程序现在处理不了这一条，已原样存放，由县里看。内容都在。',
  why_en: "The county's program cannot handle this item for now; it is kept as it came for a reviewer. Nothing is lost.",
}
const unhandledShown = {
  items: [unhandled], kept_bytes: null, questions: [], questions_en: [], sides: [], takes: [], seen: {}, names: { ['1'.repeat(32)]: '阿鲁约布木呷阿黑惹' },
  fields: [{ field: 'subject', value: '1'.repeat(32), origin: 'asked', stands: null }, { field: 'met', value: 'self', origin: 'asked', stands: null }, { field: 'reason/words', value: '腿疼，走路要人扶', origin: 'asked', stands: null }],
  words: [{ verdict: 'keep', reason: '等新程序', by: '单一勇', at_ms: Date.now() - 3e7 }],
}
const cannot = async (page, desk) => {
  await page.route('**/api/waiting?**', (route) => route.fulfill({ json: { items: [unhandled], awaiting: 2 } }))
  await page.route('**/api/waiting/a1b2-7', (route) => route.fulfill({ json: unhandledShown }))
  await page.reload()
  await desk.quiet()
  await page.unroute('**/api/waiting?**')
}
// A time on which two phones differ, opened.
const when = { ...unhandled, handle: '2'.repeat(32), reason: 'contested', kind: 'visit', record: '2'.repeat(32), field: 'happened', author: '董正雄、段树龙', why: '', why_en: '' }
const side = (number, value, by) => ({ field: 'happened', number, value, by, at_ms: Date.now() - number * 9e6, saw: [] })
const whenShown = {
  items: [when], kept_bytes: null, questions: [], questions_en: [], fields: [], words: [], seen: {}, names: {},
  sides: [side(1, '2026-11-19T09:00/2026-11-19T09:40', '董正雄'), side(2, '2026-11-20T00:00/2026-11-20T12:00', '段树龙')],
  takes: [{ field: 'happened', zh: '走访时间', en: 'Time of the visit', taken: 'time', choices: [], longest: 500 }],
}
const differ = async (page, desk) => {
  await page.route('**/api/waiting?**', (route) => route.fulfill({ json: { items: [when, { ...when, handle: '3'.repeat(32) }], awaiting: 0 } }))
  await page.route(`**/api/waiting/${when.handle}`, (route) => route.fulfill({ json: whenShown }))
  await page.reload()
  await desk.quiet()
  await page.keyboard.press('0')
  await page.waitForTimeout(400)
  await page.unroute('**/api/waiting?**')
}
/** What is asked for does not come, or not yet. */
const without = (answer) => async (page) => {
  await page.route('**/api/coverage?**', answer)
  await page.reload({ waitUntil: 'domcontentloaded' })
  await page.waitForTimeout(1500)
  await page.unroute('**/api/coverage?**', { behavior: 'ignoreErrors' })
}
const lock = async (page) => {
  await page.locator('.who').click()
  await page.getByRole('menuitem').nth(2).click()
  await page.locator('.cover').waitFor()
  await page.waitForTimeout(300)
}
const GRANT = { grant: '4'.repeat(32), state: 'asked', state_zh: '待批准', state_en: 'asked for', holds: false, own: false, name: '阿鲁约布木呷阿黑惹', area: 532929000000, area_name: '云龙县', words: '核实十一月困境儿童走访记录里缺的几项内容并与学校老师核对到校情况'.repeat(6), from: '2026-11-18', until: '2026-12-18', decided_by: null }
const longReason = async (page, desk) => {
  await page.route('**/api/grants?**', (route) => route.fulfill({ json: [GRANT] }))
  await page.reload()
  await desk.quiet()
  await page.unroute('**/api/grants?**')
}
/** A month in which nothing was recorded yet. */
const early = new Date(Date.now() - 9 * 30 * 86_400_000).toISOString().slice(0, 7)

/** Who looks at what, and what brings it into the state that is to be seen. */
const SCREENS = [
  ['admin', 'coverage', '/coverage?duty=elder_monthly'],
  ['admin', 'coverage-explain', '/coverage?duty=elder_monthly', first('.why')],
  ['admin', 'coverage-menu', '/coverage', first('.who')],
  ['admin', 'coverage-password', '/coverage', async (page) => {
    await page.locator('.who').click()
    await page.getByRole('menuitem').nth(1).click()
    await page.waitForTimeout(400)
  }],
  ['admin', 'coverage-before', `/coverage?duty=elder_monthly&period=${early}`],
  ['admin', 'people', '/coverage/people?duty=elder_monthly&column=met'],
  ['admin', 'people-empty', '/coverage/people?duty=elder_monthly&column=contested'],
  ['admin', 'unvisited', '/unvisited?duty=elder_monthly'],
  ['admin', 'subjects', '/subjects'],
  ['admin', 'subjects-none', '/subjects', async (page, desk) => {
    await page.locator('.search input').fill('qqqq')
    await page.waitForTimeout(400)
    await desk.quiet()
  }],
  ['admin', 'person', '/coverage/people?duty=elder_monthly&column=met_home', person],
  ['admin', 'visit', '/coverage/people?duty=elder_monthly&column=met_home', visit],
  ['admin', 'waiting', '/waiting'],
  ['reviewer', 'waiting-unhandled', '/waiting', cannot],
  ['reviewer', 'waiting-contested', '/waiting', differ],
  ['admin', 'fault', '/coverage', without((route) => route.abort())],
  ['admin', 'loading', '/coverage', without(() => new Promise(() => {}))],
  ['admin', 'phones', '/phones'],
  ['admin', 'phone', '/phones', first('.rows .link')],
  ['admin', 'sheets', '/phones/sheets?area=532929102000'],
  ['admin', 'duties', '/settings/duties'],
  ['admin', 'duty', '/settings/duties', first('.title')],
  ['admin', 'duty-add', '/settings/duties', first('.el-button--primary')],
  ['admin', 'staff', '/settings/staff'],
  ['admin', 'staff-one', '/settings/staff', first('.rows .row:nth-child(4) .link')],
  ['reviewer', 'grants-ask', '/settings/grants', first('.el-button--primary')],
  ['approver', 'accesses', '/settings/accesses'],
  ['approver', 'grants', '/settings/grants', longReason],
  ['approver', 'lock', '/coverage', lock],
  ['township', 'today', '/today'],
  ['township', 'coverage-township', '/coverage'],
  ['township', 'nowhere', '/nowhere'],
]

for (const [look, how] of Object.entries(LOOKS)) {
  test(`${look}: every screen`, async () => {
    const faults = []
    const shown = async (desk, name) => {
      await desk.picture(`${look}-${name}`)
      // Colours and roles do not depend on size and language.
      faults.push(...(await desk.faults(name, { axe: look === 'desk' || look === 'desk-dark' })))
    }
    const door = await Desk.open(world, how)
    await door.page.locator('.door').waitFor()
    await shown(door, 'door')
    await door.page.route('**/api/session', async (route) => {
      const response = await route.fetch()
      return route.fulfill({ response, json: { ...(await response.json()), state: 'first_password', name: '阿鲁约布木呷阿黑惹', login: 'alu' } })
    })
    await door.page.reload()
    await door.page.locator('input[autocomplete=new-password]').first().waitFor()
    await shown(door, 'first-password')
    await door.page.context().close()
    const desks = {}
    for (const [who, name, path, act] of SCREENS.filter(([, name]) => !how.only || how.only.includes(name))) {
      if (!desks[who]) {
        desks[who] = await Desk.as(world, people[who], how)
        await desks[who].page.route('**/api/devices?**', (route) => route.fulfill({ json: devices }))
        await desks[who].page.route('**/api/devices/*/acts', (route) => route.fulfill({ json: acts }))
      }
      const desk = desks[who]
      await desk.go(path)
      await act?.(desk.page, desk)
      await shown(desk, name)
    }
    faults.push(...Object.values(desks).flatMap((desk) => desk.errors))
    assert.equal(faults.join('\n'), '')
    for (const desk of Object.values(desks)) await desk.page.context().close()
  })
}
