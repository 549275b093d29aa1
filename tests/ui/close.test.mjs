// 月结 and 请您补充, by clicking: a month is closed and its figures stay; what comes late stands beside them, with
// the people behind it; a question about one answer reopens exactly that on the phone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk, SMALL } from './lib/console.mjs'
import { command, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

let world, phone, screen, desk, who, month

before(async () => {
  world = await World.begin(600)
  phone = await world.phone('one')
  screen = await Screen.open(world, phone)
  await screen.enrol(await world.sheet('董正雄'))
  who = await account(world, '县审核员', 'yuejie')
  desk = await Desk.as(world, who)
})
after(() => world.end())

const today = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
/** The month before this one. */
function lastMonth() {
  const [year, at] = today().split('-').map(Number)
  return at === 1 ? `${year - 1}-12` : `${year}-${String(at - 1).padStart(2, '0')}`
}

test('a month that is over is closed, and its figures stand first', async () => {
  month = lastMonth()
  await desk.go('/settings/closings')
  await desk.quiet()
  await desk.picture('desk-closings')
  assert.deepEqual(await desk.faults('closings'), [])
  const { page } = desk
  const [year, at] = month.split('-')
  const words = `${year}年${Number(at)}月`
  // Of a time in which nobody was visited nothing is kept, and that is said.
  const empty = page.locator('tbody tr', { hasText: '没有人走访过' })
  assert.ok((await empty.count()) > 0, 'before the first visit')
  assert.equal(await empty.getByRole('button').count(), 0)
  const row = page.locator('tbody tr', { hasText: words }).filter({ hasText: '可以月结' }).first()
  await row.getByRole('button').click()
  const dialog = page.getByRole('dialog', { name: '月结' })
  await dialog.getByText('分母').or(dialog.getByText('存下来')).first().waitFor()
  await desk.picture('desk-closing-asked')
  await dialog.getByRole('button', { name: '月结', exact: true }).click()
  await page.locator('tbody tr', { hasText: words }).getByText('已月结').first().waitFor()
  await desk.go(`/coverage?period=${month}&as_of=${today()}`)
  await desk.see('月结以后没有变化')
  await desk.quiet()
  await desk.picture('desk-closed-coverage')
  assert.deepEqual(await desk.faults('closed-coverage'), [])
  const due = Number((await page.locator('tfoot td').nth(2).innerText()).replace(/\D/g, ''))
  await page.locator('tfoot td').nth(2).getByRole('link').click()
  await desk.see(`月结时“应走访” ${due} 人`)
  await desk.quiet()
  await desk.picture('desk-closed-people')
  assert.deepEqual(await desk.faults('closed-people'), [])
})

/** Answers every question that is asked, with the first choice. */
async function fill(visit, subject) {
  for (let round = 0; round < 60; round++) {
    const { pages } = await command(phone, 'form', { visit, subject })
    const open = pages.flatMap((page) => page.questions).find((one) => one.relevant && one.required && !one.worked_out && one.value === null)
    if (!open) return
    const first = open.choices[0]?.code
    await command(phone, 'answer', { visit, subject, path: open.path, value: open.kind === 'select_multiple' ? [first] : first })
  }
}

test('a visit that is entered after the days of grace asks for its reason, and stands beside the figures', async () => {
  const last = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10)
  // So many days back that nothing but the closing asks; of that, this phone has not heard yet.
  const admin = await account(world, '县管理员', 'buji')
  await world.cli('settings', 'set', 'late_days', '366', '--source', '试点', '--by', admin.name)
  await world.cli('close', 'reopen', month, '--reason', '补记截止写早一点', '--by', who.name)
  await command(phone, 'exchange')
  await world.cli('close', 'period', month, '--by', who.name, '--late-until', last)
  const { roles } = await command(phone, 'me')
  const area = roles[0].area
  const at = `period=${month}&as_of=${today()}&area=${area}`
  await desk.go(`/coverage/closed?column=not_yet&${at}`)
  const name = await desk.page.locator('.page a[href^="/subjects/"]').first().innerText()
  const [person] = await command(phone, 'search', { typed: name, offset: 0, count: 1 })
  assert.ok(person, `${name} is on the phone`)
  const happened = { morning: last }
  const start = { household: person.household, place: null, subjects: [{ subject: person.subject, met: 'self' }], way: 'home', happened }
  const { visit } = await command(phone, 'start_visit', start)
  await fill(visit, person.subject)
  const asked = async () => (await command(phone, 'gaps', { visit })).map(({ problem }) => problem.code)
  assert.deepEqual(await asked(), [], 'who has not heard of the closing is asked by the county: server/src/close/tests.rs')
  await command(phone, 'exchange')
  assert.deepEqual(await asked(), ['period_closed'], 'asked because of the closing')
  const silent = await command(phone, 'finish', { visit })
  assert.equal(silent.visit, null)
  assert.deepEqual(silent.gaps.map(({ problem }) => problem.code), ['period_closed'])
  await command(phone, 'set_visit', { visit, way: null, place: null, happened: null, visited_by: null, companions: null, late_reason: '山洪断路，回来才写' })
  assert.ok((await command(phone, 'finish', { visit })).visit)
  await command(phone, 'exchange')
  await desk.go(`/coverage?${at}`)
  await desk.see('月结以后有变化 1 人')
  await desk.quiet()
  await desk.picture('desk-closed-corrected')
  const met = () => desk.page.locator('tfoot td').nth(3).innerText().then((text) => Number(text.replace(/\D/g, '')))
  const then = await met()
  await desk.press('现在')
  await desk.page.waitForURL(/figures=now/)
  await desk.page.waitForFunction(([before]) => Number(document.querySelectorAll('tfoot td')[3].innerText.replace(/\D/g, '')) === before + 1, [then])
  await desk.press('月结时')
  await desk.page.waitForURL((url) => !url.search.includes('figures'))
  await desk.page.getByRole('link', { name: '月结以后有变化' }).click()
  await desk.page.locator('.page').getByText(name).waitFor()
  await desk.see('还没去')
  await desk.see('已走访（上门）')
  await desk.quiet()
  await desk.picture('desk-closed-changed')
  assert.deepEqual(await desk.faults('closed-changed'), [])
  const small = await Desk.as(world, who, { size: SMALL })
  await small.go(`/coverage?${at}`)
  await small.see('补记截止')
  await small.quiet()
  await small.picture('desk-closed-coverage-small')
  assert.deepEqual(await small.faults('closed-coverage-small'), [])
  await small.page.context().close()
})

test('a question about one answer reopens exactly that on the phone, and its answer is seen', async () => {
  const { people } = await command(phone, 'today_list', { order: 'time', offset: 0, count: 60 })
  const { name } = people.find((one) => one.age >= 60)
  const [person] = await command(phone, 'search', { typed: name, offset: 0, count: 1 })
  const start = { household: person.household, place: null, subjects: [{ subject: person.subject, met: 'self' }], way: 'home', happened: null }
  const { visit } = await command(phone, 'start_visit', start)
  await fill(visit, person.subject)
  const done = (await command(phone, 'finish', { visit })).visit
  await command(phone, 'exchange')
  await desk.go(`/visits/${done}`)
  const ask = desk.page.getByRole('button', { name: /^请补充/ }).first()
  const question = (await ask.innerText()).replace('请补充', '').trim()
  await ask.click()
  const dialog = desk.page.getByRole('dialog')
  await dialog.getByText(question).first().waitFor()
  await dialog.getByLabel('想问什么').fill('看着不像，再核一下')
  await desk.picture('desk-ask')
  await dialog.getByRole('button', { name: '请补充' }).click()
  await desk.see('已问，等补充')
  await desk.quiet()
  await desk.picture('desk-asked')
  assert.deepEqual(await desk.faults('asked'), [])

  await command(phone, 'exchange')
  await screen.go(`/record/${done}`)
  await screen.see('看着不像，再核一下')
  await screen.shownInBoth('ask-record')
  await screen.link('去补充')
  // The sheet of exactly this answer is open.
  await screen.page.getByRole('dialog').getByText(question).first().waitFor()
  await screen.page.keyboard.press('Escape').catch(() => {})
  await screen.page.goBack().catch(() => {})
  await screen.go(`/part/${(await command(phone, 'record', { visit: done })).people[0][3]}`)
  await screen.page.getByLabel('或者，答案没有错').fill('当面看过，没有错')
  await screen.shownInBoth('ask-part')
  await screen.tap('存下说明')
  await screen.page.getByText('看着不像').waitFor({ state: 'hidden' })
  await command(phone, 'exchange')
  await desk.go(`/visits/${done}`)
  await desk.see('走访人说明：当面看过，没有错')
  await desk.see('已补充')
  await desk.picture('desk-answered')
  assert.deepEqual(desk.errors, [])
})
