// 情况变了 from a person's page, by clicking: of one, of a whole home, with the place, and what the township reads; then what
// the phone says of a visit that the county made void, and of one that was put away and brought back.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk } from './lib/console.mjs'
import { command, PIN, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const FIRST = '董正雄'
let world, phone, screen, desk, reviewer, home, others, visited

const act = story('reports', () => [screen, desk].filter(Boolean))
const history = (subject) => command(phone, 'history', { subject, after: null, count: 9 })
const people = (more) => command(phone, 'people', { village: null, group: null, listed_as: null, household: null, offset: 0, count: 500, ...more })
const row = (words) => desk.page.locator('main tbody tr', { hasText: words }).first()
async function open(path) {
  await screen.page.evaluate((to) => (location.hash = to), path)
  await screen.page.waitForURL((url) => url.hash === `#${path}`)
}
/** From a person's page: what has changed, with words. */
async function report(person, reason, label, words) {
  await open(`/person/${person.subject}`)
  await screen.link('情况变了：住院、外出、搬走、去世')
  await screen.see('不算走访，也不算没见到')
  await screen.tap(reason)
  await screen.page.getByLabel(label).fill(words)
}

before(async () => {
  world = await World.begin(150)
  phone = await world.phone('one')
  await command(phone, 'enrol', { code: await world.sheet(FIRST), pin: PIN, county: null })
  await command(phone, 'exchange')
  const all = await people({})
  const households = [...new Set(all.map((one) => one.household).filter(Boolean))]
  home = households.map((id) => all.filter((one) => one.household === id)).find((members) => members.length > 1)
  others = all.filter((one) => one.household !== home[0].household)
  screen = await Screen.open(world, phone, { path: '/#/today' })
})
after(() => world.end())

act('a whole home has moved: one report, with the place, and nobody is said not to have been met', async () => {
  await report(home[0], '搬走', '搬去了哪里、电话（可不填）', '搬到下关去了')
  await screen.tap('全家都是')
  await screen.shownInBoth('reports-moved')
  await screen.tap(`存在手机里（${home.length} 人）`)
  await screen.see('已存在手机里，不会丢。')
  await screen.see('情况已记下')
  await screen.see('先不再提醒您。乡镇核实后更新名单。')
  assert.doesNotMatch(await screen.page.innerText('body'), /走访存好了/, 'nobody went anywhere')
  await screen.shownInBoth('reports-done')
  for (const one of home) {
    const [told] = await history(one.subject)
    assert.deepEqual([told.way, told.met, told.reason, told.reason_words], ['report', null, 'moved_away', '搬到下关去了'])
  }
  await open(`/person/${home[0].subject}`)
  const section = (heading) => screen.page.locator('.card', { has: screen.page.getByRole('heading', { name: heading, exact: true }) })
  assert.match(await section('报告过的情况变化').innerText(), /今天\s+搬走 · 搬到下关去了/)
  assert.doesNotMatch(await section('历次走访').innerText(), /搬走|报告/, 'and no visit')
  assert.doesNotMatch(await screen.body(), /没见到 ·/)
  await screen.looked('报告过的情况变化', 'reports-person')
  await open(`/history/${home[0].subject}`)
  await screen.see('报告过的情况变化')
  assert.equal(await screen.page.locator('.card:visible').last().locator('.past', { hasText: '搬走' }).count(), 1)
  await screen.looked('报告过的情况变化', 'reports-history')
  await screen.row('搬走 · 搬到下关去了')
  await screen.see(`报告人：${FIRST}`)
  assert.doesNotMatch(await screen.body(), /走访人|当时的回答/)
  await screen.shownInBoth('reports-part')
  await open('/records')
  await screen.row('只报告情况变了')
  await screen.see('报告的是谁')
  assert.doesNotMatch(await screen.body(), /走访/)
  await screen.shownInBoth('reports-record')
})

act('进机构 and 住校 are reported the same way', async () => {
  for (const [person, reason, label, words, code] of [
    [others[0], '住进养老或福利机构', '哪家机构（可不填）', '镇敬老院', 'institution'],
    [others[1], '住校', '哪所学校（可不填）', '镇中心小学', 'boarding'],
  ]) {
    await report(person, reason, label, words)
    await screen.tap('存在手机里')
    await screen.see('已存在手机里，不会丢。')
    const [told] = await history(person.subject)
    assert.deepEqual([told.met, told.reason, told.reason_words], [null, code, words])
  }
})

act('the township reads what was reported, and where to', async () => {
  await command(phone, 'exchange')
  const township = home[0].village - (home[0].village % 1000)
  desk = await Desk.as(world, await account(world, '乡镇站长', 'zhanzhang', String(township)))
  reviewer = await Desk.as(world, await account(world, '县审核员', 'shencha'))
  await desk.go('/changes')
  for (const words of ['搬到下关去了', '镇敬老院', '镇中心小学']) await row(words).waitFor()
  await desk.shown('reports-desk')
})

act('a visit that the county made void says so in 记录, under 要您看看 and in 历次走访', async () => {
  const person = others[2]
  const { visit } = await command(phone, 'not_met', {
    subjects: [person.subject], reason: 'not_at_home', reason_words: null, reason_from: null, come_again: null, way: 'home',
    happened: null, visited_by: [], companions: [], late_reason: null,
  })
  await command(phone, 'exchange')
  await reviewer.go(`/visits/${visit}`)
  await reviewer.press('作废')
  await reviewer.page.getByRole('dialog').getByRole('textbox', { name: '理由' }).fill('和上午那次是同一次')
  await reviewer.page.getByRole('dialog').getByRole('button', { name: '作废', exact: true }).click()
  await reviewer.see('恢复，照常计入')
  await command(phone, 'exchange')
  await open('/records')
  await screen.page.reload()
  await screen.see('县里作废了：和上午那次是同一次')
  await screen.tap('要您看看')
  await screen.see('县里作废了：和上午那次是同一次')
  await screen.shownInBoth('reports-void-records')
  await screen.row('县里作废了')
  await screen.see('这次走访不再计数')
  await screen.shownInBoth('reports-void-record')
  await open(`/person/${person.subject}`)
  const past = screen.page.locator('.past').first()
  await past.waitFor()
  assert.match(await past.innerText(), /^今天[\s\S]*已作废/)
})

act('what was put away and is brought back says where it is, and may be put away again', async () => {
  visited = others[3]
  const { visit } = await command(phone, 'start_visit', { household: null, place: null, subjects: [{ subject: visited.subject, met: 'self' }], way: 'home', happened: null })
  await command(phone, 'discard_draft', { visit })
  await open('/records')
  await screen.page.reload()
  await screen.tap('放弃的 1 次')
  await screen.tap('找回')
  await screen.see(/已找回，在上面接着填/)
  await screen.looked('已找回', 'reports-restored')
  await screen.tap('还是放弃')
  await screen.page.getByRole('button', { name: '找回', exact: true }).waitFor()
  const [draft] = await command(phone, 'drafts')
  assert.equal(draft.discarded, true)
})
