// 情况变了, by clicking: two phones report, somebody is registered at the door, the township decides at the desk, and
// the phones show what it said; a death is confirmed and taken back; 移交 in one act.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk, SMALL, WIDE } from './lib/console.mjs'
import { command, PIN, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const FIRST = '董正雄'
const SECOND = '段树龙'
let world, desk, admin, one, two, screen, people, township

const act = story('changes', () => [desk, admin, screen].filter(Boolean))
const dialog = (of) => of.page.getByRole('dialog').filter({ visible: true })
const row = (of, words) => of.page.locator('main tbody tr', { hasText: words }).first()
const click = (of, words) => dialog(of).getByRole('button', { name: words, exact: true }).last().click()
const ask = (of, path) => of.page.evaluate(async (to) => (await fetch(to)).json(), path)
const find = async (phone, typed) => (await command(phone, 'search', { typed, offset: 0, count: 1 }))[0]

async function phoneOf(name, staff) {
  const phone = await world.phone(name)
  await command(phone, 'enrol', { code: await world.sheet(staff), pin: PIN, county: null })
  await command(phone, 'exchange')
  return phone
}
const report = (phone, person, reason, words, happened = null) => command(phone, 'not_met', {
  subjects: [person].flat().map((one) => one.subject), reason, reason_words: words, reason_from: null, come_again: null, way: 'home', happened,
  visited_by: [], companions: [], late_reason: null,
})
/** Others of the village who are in the register, as the desk lists them. */
async function others(fits) {
  const { lines } = await ask(desk, `/api/subjects?area=${people.ill.village}&count=500`)
  // Each by a name that nobody else has.
  const known = Object.values(people).map((one) => one.name)
  const alone = ({ name }) => !known.includes(name) && lines.filter((one) => one.name === name).length === 1
  return lines.filter((one) => one.age !== null && fits(one) && !one.gone && !one.pending && alone(one) && !taken.has(one.person)).slice(0, 2).map((one) => (taken.add(one.person), { subject: one.person }))
}
const taken = new Set()
const shown = (desk, name) => desk.shown(`changes-${name}`)
const looked = (words, name) => screen.looked(words, name)
async function open(of, path) {
  await of.page.evaluate((to) => (location.hash = to), path)
  await of.page.waitForURL((url) => url.hash === `#${path}`)
}

before(async () => {
  world = await World.begin(150)
  ;[one, two] = [await phoneOf('one', FIRST), await phoneOf('two', SECOND)]
  people = { ill: await find(one, '杨四妹'), dead: await find(one, '杨桂芝'), away: await find(one, '张娣') }
  await report(one, people.ill, 'hospital', '女儿说在县医院')
  await report(two, people.ill, 'hospital', '邻居说住院了')
  await report(one, people.dead, 'died', '村里人说的')
  await report(one, people.away, 'migrant', '去昆明了')
  const village = people.ill.village
  await command(one, 'register_person', { name: '段生面', nickname: null, village, household: null, sex: '2', born: null, phone: null, pinyin: null, another: false })
  for (const phone of [one, two]) await command(phone, 'exchange')
  township = village - (village % 1000)
  desk = await Desk.as(world, await account(world, '乡镇站长', 'zhanzhang', String(township)))
  admin = await Desk.as(world, await account(world, '县管理员', 'guanli'))
  screen = await Screen.open(world, one, { path: '/#/today' })
})
after(() => world.end())

act('what is to be done opens exactly what it counts', async () => {
  await desk.go('/today')
  for (const [title, rows] of [['情况有变待确认', '/api/changes'], ['主动发现·待确认', '/api/registrations']]) {
    const task = desk.page.locator('.task', { hasText: title })
    const count = Number(await task.locator('b').innerText())
    assert.equal(count, (await ask(desk, `${rows}?area=${township}`)).length, title)
  }
  await shown(desk, 'today')
  await desk.page.locator('.task', { hasText: '情况有变待确认' }).click()
  await row(desk, people.ill.name).waitFor()
})

act('what two workers report stands together; it is confirmed with its day', async () => {
  const line = await row(desk, people.ill.name).innerText()
  for (const words of ['住院', FIRST, SECOND, '女儿说在县医院', '邻居说住院了']) assert.ok(line.includes(words), line)
  await shown(desk, 'list')
  await row(desk, people.ill.name).getByRole('button').click()
  await desk.see('住院期间不计入')
  assert.ok(await dialog(desk).getByRole('button', { name: '不是这样' }).isDisabled(), 'not without words')
  await shown(desk, 'drawer')
  const since = dialog(desk).getByRole('combobox', { name: '从哪天起' })
  await since.fill(new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10))
  await since.press('Enter')
  await click(desk, '确认')
  await row(desk, people.ill.name).waitFor({ state: 'detached' })
})

act('who is in hospital with no word of coming back stands in a list, and opens where that is said', async () => {
  await desk.page.getByRole('button', { name: /^在外、住院中/ }).click()
  const line = await row(desk, people.ill.name).innerText()
  for (const words of ['住院', '1 天', '不计入走访']) assert.ok(line.includes(words), line)
  await shown(desk, 'away')
  await row(desk, people.ill.name).getByRole('link').click()
  await desk.see('外出、住院、拒访')
  await desk.go('/changes')
})

act('what is not so is refused with words', async () => {
  await row(desk, people.away.name).getByRole('button').click()
  await dialog(desk).getByRole('textbox', { name: '说明（走访人看得到）' }).fill('昨天还在家')
  await click(desk, '不是这样')
  await row(desk, people.away.name).waitFor({ state: 'detached' })
})

act('a death is confirmed, taken back with a reason, and everything is as before', async () => {
  const figures = async () => JSON.stringify((await ask(desk, `/api/coverage?area=${township}&duty=*`)).total)
  const before = await figures()
  assert.match(await row(desk, people.dead.name).innerText(), /没有写（.*报告）/, 'the day of the report is no day of death')
  await row(desk, people.dead.name).getByRole('button').click()
  await dialog(desk).getByText('还差：从哪天起').waitFor()
  assert.ok(await dialog(desk).getByRole('button', { name: '确认', exact: true }).isDisabled(), 'not without its day')
  const day = dialog(desk).getByRole('combobox', { name: '从哪天起' })
  await day.fill(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10))
  await day.press('Enter')
  await click(desk, '确认')
  await row(desk, people.dead.name).waitFor({ state: 'detached' })
  assert.notEqual(await figures(), before)
  await desk.page.getByRole('button', { name: /^已经定的/ }).click()
  await shown(desk, 'decided')
  await row(desk, people.dead.name).getByRole('button').click()
  await dialog(desk).getByRole('textbox', { name: '为什么撤销' }).fill('认错人了')
  await shown(desk, 'undo')
  await click(desk, '撤销')
  await row(desk, people.dead.name).waitFor({ state: 'detached' })
  assert.equal(await figures(), before)
})

act('somebody registered at the door is taken in with a category', async () => {
  await desk.page.getByRole('button', { name: /^主动发现/ }).click()
  await row(desk, '段生面').getByRole('button').click()
  const { page } = desk
  await dialog(desk).locator('.el-select', { has: page.getByRole('combobox', { name: '类别', exact: true }) }).click()
  await page.getByRole('option', { name: '独居老人', exact: true }).click()
  await shown(desk, 'registration')
  await click(desk, '纳入')
  await row(desk, '段生面').waitFor({ state: 'detached' })
  await desk.see('现在没有主动发现、等待确认的人。')
  await shown(desk, 'none')
})

act('whoever came back is said so on the page of the person', async () => {
  await desk.go(`/subjects/${people.ill.subject}`)
  await desk.see('外出、住院、拒访')
  await desk.page.getByRole('button', { name: '回来了' }).first().click()
  await shown(desk, 'stay')
  const total = async () => (await ask(desk, `/api/coverage?area=${township}&duty=*`)).total
  const before = await total()
  const form = desk.page.locator('form', { has: desk.page.getByText('从哪一天起在家') })
  await form.getByRole('button', { name: '回来了' }).click()
  await form.waitFor({ state: 'detached' })
  assert.equal((await total()).due, before.due + 1, 'counted again from today on')
  await desk.page.getByRole('button', { name: '其实还没回来' }).first().click()
  await desk.page.getByRole('button', { name: '回来了' }).first().waitFor()
  assert.deepEqual(await total(), before, 'and not when that is taken back')
})

act('住校、进机构、户口迁出 are confirmed, each with its own effect', async () => {
  const [inside, moved] = await others((one) => one.age >= 60)
  const [child] = await others((one) => one.age >= 7 && one.age < 16)
  for (const [person, reason, words] of [[inside, 'institution', '进了县敬老院'], [moved, 'registration_moved', '户口迁到保山'], [child, 'boarding', '在镇上住校']]) await report(one, person, reason, words)
  await command(one, 'exchange')
  await desk.go('/changes')
  const masked = async (person) => (await ask(desk, `/api/subjects/${person.subject}`)).name
  for (const [person, effect] of [[inside, '在机构期间不计入'], [moved, '从那一天起不计入'], [child, '到学校见面也算']]) {
    const name = await masked(person)
    await row(desk, name).getByRole('button').click()
    await dialog(desk).locator('.boxed', { hasText: effect }).first().waitFor()
    await click(desk, '确认')
    await row(desk, name).waitFor({ state: 'detached' })
  }
  const standings = async (person) => JSON.stringify(await ask(desk, `/api/subjects/${person.subject}`))
  assert.match(await standings(inside), /机构/)
  assert.match(await standings(moved), /迁出/)
  assert.doesNotMatch(await standings(child), /不计入/, 'a boarder is visited at school')
})

act('who was reported in one report stands together, is confirmed in one step and taken back alone', async () => {
  const home = await others((one) => one.age >= 60)
  await report(one, home, 'moved_away', '一家都搬到县城了')
  await command(one, 'exchange')
  await desk.go('/changes')
  const [first, second] = await Promise.all(home.map(async (person) => (await ask(desk, `/api/subjects/${person.subject}`)).name))
  const of = (name) => desk.page.locator('main tbody tr').filter({ has: desk.page.getByRole('cell', { name, exact: true }) })
  await of(first).getByText(`同一次报来的还有：${second}（等乡镇确认）（1人）`).waitFor()
  await shown(desk, 'together-list')
  await of(first).getByRole('button').click()
  await dialog(desk).getByText(`同一次报来的还有：${second}（等乡镇确认）（1人）`).waitFor()
  await desk.page.setViewportSize(SMALL)
  await shown(desk, 'together-small')
  await desk.page.setViewportSize(WIDE)
  await shown(desk, 'together')
  await click(desk, '一起确认 2 人')
  for (const name of [first, second]) await of(name).waitFor({ state: 'detached' })
  await desk.page.getByRole('button', { name: /^已经定的/ }).click()
  await of(second).getByRole('button').click()
  await dialog(desk).getByText(`同一次报来的还有：${first}（乡镇已确认）（1人）`).waitFor()
  await dialog(desk).getByRole('textbox', { name: '为什么撤销' }).fill('只有这个人没搬')
  await click(desk, '撤销')
  await desk.page.getByRole('button', { name: /^情况有变待确认/ }).click()
  await of(second).getByText(`${first}（乡镇已确认）`).waitFor()
  assert.equal(await of(first).count(), 0, 'the other stays confirmed')
})

act('拒访 is 不计入 only by the county’s word, after two tries', async () => {
  // Somebody who was not visited yet: who was is counted as that, whatever comes later.
  const { lines } = await ask(desk, `/api/coverage/people?area=${people.ill.village}&duty=*&column=not_yet&count=500`)
  const open = lines.filter((one) => !one.name.includes('*')).map((one) => one.person)
  const [refuses] = await others((one) => open.includes(one.person))
  const yesterday = new Date(Date.now() + 8 * 3_600_000 - 86_400_000).toISOString().slice(0, 10)
  await report(one, refuses, 'refused', '不让进门', { morning: yesterday })
  await report(one, refuses, 'refused', '还是不让进门')
  await command(one, 'exchange')
  await desk.go(`/subjects/${refuses.subject}`)
  await desk.see('拒访不计入由县里定。')
  assert.equal(await desk.page.getByRole('button', { name: '拒访不计入' }).count(), 0, 'not the township’s')
  const due = async () => (await ask(admin, `/api/coverage?area=${township}&duty=*`)).total.due
  const before = await due()
  await admin.go(`/subjects/${refuses.subject}`)
  await admin.see('不愿接受走访：2 天去过')
  await admin.press('拒访不计入')
  await admin.see('还差：理由')
  await admin.page.getByRole('textbox', { name: /理由/ }).fill('去过两次，都不让进')
  await shown(admin, 'refusal')
  await admin.page.locator('form').getByRole('button', { name: '拒访不计入' }).click()
  await admin.see(/^拒访不计入：.*起$/)
  await admin.see('去过两次，都不让进')
  assert.equal(await due(), before - 1)
  await admin.press('撤销，照常走访')
  await admin.page.getByRole('textbox', { name: /理由/ }).fill('又让进门了')
  await admin.page.locator('form').getByRole('button', { name: '撤销，照常走访' }).click()
  await admin.see('不愿接受走访：2 天去过')
  assert.equal(await due(), before)
})

act('the phone that reported it shows the word, and that quietly on 今日', async () => {
  await command(one, 'exchange')
  await screen.page.reload()
  await screen.see(/乡镇有 \d+ 条答复/)
  await screen.shownInBoth('changes-phone-today')
  await screen.page.getByRole('link', { name: /乡镇有 \d+ 条答复/ }).click()
  await screen.see('昨天还在家')
  await screen.shownInBoth('changes-phone-news')
  await open(screen, `/person/${people.ill.subject}`)
  await screen.see('乡镇已确认')
  await looked('乡镇已确认', 'changes-phone-confirmed')
  await open(screen, `/person/${people.away.subject}`)
  await screen.see('乡镇说不是这样')
  await open(screen, `/person/${people.dead.subject}`)
  await screen.see('乡镇撤回了原来的意见：认错人了')
  await looked('乡镇撤回了原来的意见', 'changes-phone-taken-back')
  await open(screen, '/records')
  await screen.row(people.away.name)
  await screen.see('乡镇说不是这样')
  await screen.shown('changes-phone-record')
})

act('the villages of one are handed over to another in one act', async () => {
  const inDays = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
  const [later, begins] = [inDays(3), inDays(20)]
  // A role that begins only after that day goes over with the rest.
  const { areas } = await ask(admin, '/api/header')
  const next = areas.find((one) => one.level === 'village' && one.area !== people.ill.village && one.parent === Number(township))
  await world.cli('staff', 'assign', FIRST, '协理员', String(next.area), '--from', begins)
  await admin.go('/settings/staff')
  await admin.page.getByRole('textbox', { name: '姓名、区划' }).fill(FIRST)
  await row(admin, FIRST).or(admin.page.locator('.rows .row', { hasText: FIRST }).first()).getByRole('button').first().click()
  await dialog(admin).getByRole('heading', { name: '移交' }).scrollIntoViewIfNeeded()
  await dialog(admin).locator('.el-select', { has: admin.page.getByRole('combobox', { name: '移交给谁' }) }).click()
  await admin.page.getByRole('combobox', { name: '移交给谁' }).fill(SECOND)
  await admin.page.getByRole('option', { name: new RegExp(SECOND) }).first().click()
  // From a day that is still to come: until then the one is responsible, after it the other.
  const when = dialog(admin).getByRole('combobox', { name: '从哪一天起归他' })
  await when.fill(later)
  await when.press('Enter')
  await dialog(admin).getByText(/（.+日起）/).first().waitFor()
  await shown(admin, 'hand-over')
  await click(admin, '移交')
  await admin.see(/已移交 \d+ 个分工。/)
  await command(one, 'exchange')
  assert.ok((await command(one, 'today_list', { order: 'time', offset: 0, count: 1 })).total > 0, 'until that day it is the one’s')
  const staff = await ask(admin, `/api/staff?area=${township}`)
  const roles = (name, day) => staff.find((one) => one.name === name).assignments.filter((one) => one.from <= day && (!one.until || day < one.until)).length
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)
  assert.ok(roles(FIRST, today) > 0)
  assert.equal(roles(FIRST, later), 0, 'from that day on it is the other’s')
  assert.ok(roles(SECOND, later) >= roles(SECOND, today))
  assert.equal(roles(FIRST, begins), 0, 'what begins later too')
  assert.ok(roles(SECOND, begins) > roles(SECOND, later))
})

act('in a small window too', async () => {
  await desk.page.setViewportSize(SMALL)
  await desk.go('/changes?tab=decided')
  await shown(desk, 'small')
})
