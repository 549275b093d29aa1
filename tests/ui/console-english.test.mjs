// The console in English, every page and what opens on it: not one Chinese character but in data, which is known
// by the fields of the county's replies in which it came: names of people and places, what people typed, and what
// the county wrote of its own duties.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk, SMALL } from './lib/console.mjs'
import { command } from './lib/phone.mjs'
import { away, set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

/** The fields of replies that hold data. */
const DATA = new Set([
  'name', 'names', 'area_name', 'areas', 'village_name', 'township', 'county_name', 'unit', 'group', 'head_name', 'place', 'of', 'by', 'decided_by',
  'visited_by', 'recorded_by', 'companions', 'last_visit_by', 'last_visit_by_en', 'one_with', 'author', 'people', 'words', 'reason', 'source', 'ended_source', 'value', 'values', 'stands', 'saw',
])
/** The name of the other language is its own. */
const OTHER = '中文'
const HAN = /[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/
let world, desks

before(async () => {
  world = await World.begin(150)
  await set(world)
  const gone = await away(world)
  const people = {
    admin: await account(world, '县管理员', 'yangyq'),
    reviewer: await account(world, '县审核员', 'shanyy'),
    approver: await account(world, '负责人', 'duanxx'),
    township: await account(world, '乡镇站长', 'wangax', '功果桥镇'),
  }
  await command(gone.phone, 'exchange')
  desks = {}
  for (const [who, one] of Object.entries(people)) {
    desks[who] = await Desk.as(world, one, { size: SMALL, language: 'en' })
    heard(desks[who])
    // By what the county's duties stand is said in sentences too.
    await desks[who].page.evaluate(() => fetch('/api/duties').then((reply) => reply.json()))
  }
})
after(() => world.end())

/** Keeps what the county answers as data to a desk. */
function heard(desk) {
  desk.data = new Set([OTHER])
  desk.titles = new Set()
  const take = (of, key) => {
    if (Array.isArray(of)) of.forEach((one) => take(one, key))
    else if (of && typeof of === 'object') for (const [name, one] of Object.entries(of)) take(one, DATA.has(key) && key === 'names' ? 'names' : name)
    else if (typeof of === 'string' && DATA.has(key) && HAN.test(of) && of.length > 1) desk.data.add(of)
    // What can be typed over is the county's own, in both languages.
    if (key === 'title_zh') desk.titles.add(of)
  }
  desk.page.on('response', async (response) => {
    if (response.url().includes('/api/')) take(await response.json().catch(() => null), '')
  })
}

/** Every Chinese text in sight, and in what is read out or shown on pointing, that is no data. */
async function chinese(desk) {
  const { found: shown, typed } = await desk.page.evaluate(() => {
    const found = [document.title]
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) if (walk.currentNode.parentElement.getClientRects().length > 0) found.push(walk.currentNode.data)
    for (const one of document.querySelectorAll('*')) for (const name of ['aria-label', 'placeholder', 'title', 'alt']) if (one.hasAttribute(name)) found.push(one.getAttribute(name))
    return { found, typed: [...document.querySelectorAll('input, textarea')].map((one) => one.value) }
  })
  const texts = [...shown, ...typed.filter((one) => !desk.titles.has(one))]
  const data = [...desk.data].sort((one, other) => other.length - one.length)
  const left = (text) => data.reduce((rest, one) => rest.replaceAll(one, ''), text)
  return [...new Set(texts.filter((one) => HAN.test(one)).map((one) => [one, left(one)]).filter(([, rest]) => HAN.test(rest)).map(([one]) => one.trim()))]
}

const first = (selector) => async ({ page }) => {
  await page.locator(selector).filter({ visible: true }).first().click()
  await page.waitForTimeout(300)
}
const chain = (...acts) => async (desk) => {
  for (const act of acts) {
    await act(desk)
    await desk.quiet()
  }
}
const all = (selector) => async ({ page }) => {
  for (const one of await page.locator(selector).all()) await one.click()
}
const button = (name) => async ({ page }) => page.getByRole('button', { name }).filter({ visible: true }).last().click()
const PERSON = first('.rows .row a')
const VISIT = chain(PERSON, first('.visits a'), all('summary'))
const print = async ({ page }) => {
  await page.evaluate(() => (window.print = () => undefined))
  await page.getByRole('button', { name: 'Print', exact: true }).click()
  await page.waitForTimeout(400)
  await page.emulateMedia({ media: 'print' })
}
const item = (reason) => async ({ page }) => page.locator('.list button', { hasText: reason }).first().click()

const PAGES = [
  ['admin', '/today'], ['approver', '/today'], ['township', '/today'], ['township', '/coverage'],
  ['admin', '/coverage?duty=elder_monthly&category=DJ'], ['admin', '/coverage?area=532929102000'], ['admin', '/coverage?period=2026-01'],
  ['admin', '/coverage?duty=elder_monthly', print],
  ['admin', '/coverage', first('.who')],
  ['admin', '/coverage', chain(first('.who'), async ({ page }) => page.getByRole('menuitem').nth(1).click())],
  ['admin', '/coverage', first('.header .el-date-editor, .header .day input')],
  ['admin', '/coverage/people?duty=elder_monthly&column=register'],
  ['admin', '/coverage/people?duty=elder_monthly&column=excluded'],
  ['admin', '/coverage/people?duty=elder_monthly&column=contested'],
  ['admin', '/coverage/people?duty=elder_monthly&column=due', print],
  ['admin', '/unvisited?duty=elder_monthly'], ['admin', '/unvisited?duty=elder_monthly&why=silent'], ['admin', '/unvisited?duty=elder_monthly&why=tried'], ['admin', '/unvisited?duty=elder_monthly', print],
  ['admin', '/subjects'], ['admin', '/subjects', async ({ page }) => page.locator('.search input').fill('qqqq')],
  ['admin', '/coverage/people?duty=elder_monthly&column=met_home', PERSON],
  ['admin', '/coverage/people?duty=elder_monthly&column=met', VISIT],
  ['admin', '/coverage/people?duty=elder_monthly&column=tried', VISIT],
  ['admin', '/coverage/people?duty=child_left_behind_monthly&column=met', VISIT],
  ['reviewer', '/coverage/people?duty=child_left_behind_monthly&column=met', chain(VISIT, first('.shut button'))],
  ['reviewer', '/coverage/people?duty=elder_monthly&column=met', chain(VISIT, button('Make void'))],
  ['reviewer', '/waiting', item('contested')],
  ['reviewer', '/waiting', item(/^(?!.*contested)/s)],
  ['reviewer', '/waiting', chain(item(/^(?!.*contested)/s), button('Later'))],
  ['reviewer', '/waiting?past=1'],
  ['admin', '/phones'], ['admin', '/phones', first('.rows .link')],
  ['admin', '/phones', chain(first('.rows .link'), button('Recovery code'))],
  ['admin', '/phones', chain(first('.rows .link'), button('Revoke'))],
  ['admin', '/phones/sheets?area=532929102000'],
  ['admin', '/phones/sheets?area=532929102000', button(/^Make/)],
  ['admin', '/settings/duties', async ({ page }) => page.locator('.el-checkbox').click()],
  ['admin', '/settings/duties', chain(first('.title'), button('Change from a day on'))],
  ['admin', '/settings/duties', first('.el-button--primary')],
  ['admin', '/settings/staff'], ['admin', '/settings/staff', first('.rows .row:nth-child(4) .link')], ['admin', '/settings/staff', first('.el-button--primary')],
  ['reviewer', '/settings/grants'], ['reviewer', '/settings/grants', first('.el-button--primary')],
  ['approver', '/settings/accesses'],
  ['township', '/nowhere'], ['township', '/coverage?area=532929101000'], ['township', '/coverage?duty=nothing'], ['admin', '/visits/00000000000000000000000000000000'],
]

test('the door', async () => {
  const door = await Desk.open(world, { size: SMALL, language: 'en' })
  heard(door)
  assert.deepEqual(await chinese(door), [])
  for (let wrong = 0; wrong < 4; wrong++) {
    await door.page.locator('input[name=username]').fill('nobody')
    await door.page.locator('input[name=password]').fill(`not this ${wrong}`)
    await door.page.locator('form button[type=submit]').click()
    await door.quiet()
    assert.deepEqual(await chinese(door), [])
  }
  await door.page.context().close()
})

for (const [index, [who, path, act]] of PAGES.entries()) {
  test(`${index}: ${path} of the ${who}`, async () => {
    const desk = desks[who]
    await desk.go(path)
    await act?.(desk)
    await desk.quiet()
    const found = await chinese(desk)
    await desk.page.emulateMedia({ media: null })
    assert.deepEqual(found, [])
  })
}

test('what is wrong in a form is said in English too', async () => {
  const { page } = desks.admin
  const said = async () => {
    await desks.admin.quiet()
    assert.ok((await page.locator('.wrong').filter({ visible: true }).last().innerText()).length > 10)
    assert.deepEqual(await chinese(desks.admin), [])
  }
  await desks.admin.go('/settings/staff')
  await page.locator('.el-button--primary').first().click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Li Xiaoyun')
  await page.getByRole('textbox', { name: 'Telephone' }).fill('12')
  await page.getByRole('button', { name: 'Save' }).click()
  await said()
  await desks.admin.go('/settings/staff')
  await page.locator('.rows .row:nth-child(4) .link').click()
  await page.getByRole('textbox', { name: 'Log-in name' }).fill('Wrong Name')
  await page.getByRole('button', { name: 'Make an account' }).click()
  await said()
  await desks.admin.go('/settings/duties')
  await page.locator('.title').first().click()
  await page.getByRole('button', { name: 'End from a day on' }).click()
  const from = page.locator('input[aria-label="From which day on"]')
  await from.fill(new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10))
  await from.press('Enter')
  await page.getByRole('textbox', { name: 'Source of its end' }).fill('notice 9')
  await page.getByRole('button', { name: 'See what it comes to' }).click()
  await page.getByRole('button', { name: 'Carry it out' }).waitFor()
  assert.deepEqual(await chinese(desks.admin), [], 'what becomes of a duty that ends')
})

test('every figure in words', async () => {
  const { page } = desks.admin
  await desks.admin.go('/coverage?duty=elder_monthly')
  const count = await page.locator('.why').count()
  assert.ok(count > 10)
  for (let index = 0; index < count; index++) {
    await page.locator('.why').nth(index).click()
    await desks.admin.quiet()
    assert.deepEqual(await chinese(desks.admin), [], `the figure ${index}`)
    await page.keyboard.press('Escape')
  }
})
