// 发现的问题, by clicking: raised on a phone from a person's page, answered at the desk, seen on the phone; two desks at
// once; a child's; the figures and the list that each of them opens.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk, SMALL, WIDE } from './lib/console.mjs'
import { command, PIN, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const FIRST = '董正雄'
let world, desk, other, phone, screen, person, township

const act = story('concerns', () => [desk, other, screen].filter(Boolean))
const dialog = (of) => of.page.getByRole('dialog').filter({ visible: true })
const row = (of, words) => of.page.locator('.rows .row', { hasText: words }).first()
const click = (of, words) => dialog(of).getByRole('button', { name: words, exact: true }).last().click()
const ask = (of, path) => of.page.evaluate(async (to) => (await fetch(to)).json(), path)
const shown = (desk, name) => desk.shown(`concerns-${name}`)
const looked = (words, name) => screen.looked(words, name)
async function answer(of, words, state, text) {
  await row(of, words).getByRole('button').click()
  // 修改记录 has the same words.
  await dialog(of).locator('label').getByText(state, { exact: true }).click()
  await dialog(of).getByRole('textbox', { name: /^答复|^为什么解决不了/ }).fill(text)
}

before(async () => {
  world = await World.begin(150)
  phone = await world.phone('one')
  await command(phone, 'enrol', { code: await world.sheet(FIRST), pin: PIN, county: null })
  await command(phone, 'exchange')
  ;[person] = await command(phone, 'search', { typed: '杨四妹', offset: 0, count: 1 })
  township = person.village - (person.village % 1000)
  desk = await Desk.as(world, await account(world, '乡镇站长', 'zhanzhang', String(township)))
  other = await Desk.as(world, await account(world, '县审核员', 'shenhe'))
  screen = await Screen.open(world, phone, { path: `/#/person/${person.subject}` })
})
after(() => world.end())

act('it is raised on the phone from the page of a person', async () => {
  await screen.tap('记一个发现的问题')
  await screen.tap('房屋')
  await screen.page.locator('#found').fill('东墙裂了缝')
  await screen.shownInBoth('concerns-phone-raise')
  // A double tap, on a phone that takes its time: it is one concern.
  await screen.page.route(/\/call\/(raise_concern|person)$/, async (route) => {
    await new Promise((passed) => setTimeout(passed, 400))
    await route.continue()
  })
  const save = dialog(screen).getByRole('button', { name: '记下' })
  await save.evaluate((button) => [0, 150, 500].forEach((at) => setTimeout(() => button.click(), at)))
  await screen.see('东墙裂了缝')
  await screen.page.waitForTimeout(600)
  await screen.page.unroute(/\/call\/(raise_concern|person)$/)
  const { concerns } = await command(phone, 'person', { subject: person.subject })
  assert.equal(concerns.filter((one) => one.words === '东墙裂了缝').length, 1)
  await looked('记一个发现的问题', 'concerns-phone-person')
  for (const words of [`电线老化${'，插座发黑冒火花'.repeat(24)}`, '灶台开裂']) await command(phone, 'raise_concern', { subject: person.subject, kind: 'utilities', words })
  await command(phone, 'exchange')
})

act('the township finds it in its list, and answers who sees to it by when', async () => {
  await desk.go('/today')
  const count = Number(await desk.page.locator('.task', { hasText: '走访时发现、还没办结的' }).locator('b').innerText())
  assert.equal(count, (await ask(desk, `/api/concerns?area=${township}`)).total)
  await desk.page.locator('.task', { hasText: '走访时发现、还没办结的' }).click()
  await row(desk, '东墙裂了缝').waitFor()
  assert.ok((await row(desk, '电线老化').boundingBox()).height < 70, 'many words leave the list its rows')
  await shown(desk, 'list')
  await row(desk, '东墙裂了缝').getByRole('button').click()
  // A button that cannot be pressed says why.
  await dialog(desk).getByText('还差：选一个答复').waitFor()
  await dialog(desk).getByText('处理中', { exact: true }).last().click()
  await dialog(desk).getByText('还差：谁来办').waitFor()
  assert.ok(await dialog(desk).getByRole('button', { name: '答复', exact: true }).isDisabled())
  await shown(desk, 'answer-missing')
  await dialog(desk).getByRole('textbox', { name: '谁来办' }).fill('张站长')
  await dialog(desk).getByText('还差：').waitFor({ state: 'detached' })
  await dialog(desk).getByRole('textbox', { name: '答复' }).fill('已报危房改造')
  await shown(desk, 'answer')
  await click(desk, '答复')
  await dialog(desk).getByText('已报危房改造').first().waitFor()
  await shown(desk, 'answered')
  await dialog(desk).getByText(/^修改记录/).click()
  const record = dialog(desk).locator('.history')
  await record.getByText('房屋', { exact: true }).waitFor()
  assert.doesNotMatch(await record.innerText(), /house|open|in_hand/, 'words, not codes')
  await desk.page.setViewportSize({ width: 1280, height: 720 })
  const beyond = (drawer) => drawer.scrollWidth - drawer.clientWidth
  assert.ok((await dialog(desk).locator('.el-drawer__body').evaluate(beyond)) <= 0, 'all of it within the drawer')
  await shown(desk, 'record')
  await desk.page.keyboard.press('Escape')
})

act('an answer is taken back to what stood before it', async () => {
  await answer(desk, '东墙裂了缝', '已解决', '修好了')
  await click(desk, '答复')
  await click(desk, '撤销答复')
  await dialog(desk).getByRole('textbox', { name: '为什么撤销' }).fill('还在漏')
  await click(desk, '撤销答复')
  await dialog(desk).getByText('还在漏').first().waitFor()
  await dialog(desk).locator('dl').getByText('处理中').waitFor()
  await desk.page.keyboard.press('Escape')
})

act('two desks that answer at once stand side by side, and neither is lost', async () => {
  await other.go(`/concerns?area=${township}`)
  await answer(other, '电线老化', '解决不了', '房主不同意')
  await answer(desk, '电线老化', '已解决', '换过线了')
  await click(desk, '答复')
  await dialog(desk).getByText('换过线了').first().waitFor()
  await desk.page.keyboard.press('Escape')
  await click(other, '答复')
  await dialog(other).locator('.word.danger', { hasText: '填写不一致' }).first().waitFor()
  await shown(other, 'contested')
  await dialog(other).getByRole('link', { name: '去定用哪个' }).click()
  await other.see('房主不同意')
  await other.see('换过线了')
  await shown(other, 'contested-waiting')
})

act('each figure opens into as many', async () => {
  await desk.go('/concerns')
  const { total } = await ask(desk, `/api/concerns/figures?area=${township}`)
  assert.equal(total.found, total.open + total.in_hand + total.settled)
  for (const which of ['found', 'open', 'in_hand', 'settled', 'in_time', 'unsolvable', 'overdue']) {
    const { from } = await ask(desk, `/api/concerns/figures?area=${township}`)
    assert.equal((await ask(desk, `/api/concerns?area=${township}&which=${which}&from=${from}&count=1`)).total, total[which], which)
  }
  await desk.page.locator('.sum').getByRole('button', { name: /发现/ }).click()
  await desk.see('只列今年发现的：发现')
  await desk.page.getByRole('button', { name: '怎么算的' }).click()
  await desk.see('办结及时：在答应的那天以前办结')
  await shown(desk, 'figures')
})

act('of an earlier day a row is as late as it was then; of a month what was found in it, also in the file', async () => {
  const { lines } = await ask(desk, `/api/concerns?area=${township}&which=overdue&count=1000`)
  const late = lines.find((one) => one.overdue_days > 2)
  const then = new Date(Date.now() + 8 * 3_600_000 - 2 * 86_400_000).toISOString().slice(0, 10)
  const before = (await ask(desk, `/api/concerns?area=${township}&which=overdue&as_of=${then}&count=1000`)).lines
  assert.equal(before.find((one) => one.concern === late.concern).overdue_days, late.overdue_days - 2)
  await desk.go(`/concerns?which=overdue&as_of=${then}`)
  await row(desk, `过期 ${late.overdue_days - 2} 天`).waitFor()
  await desk.see(/^数、名单和每条的状态、答复，都是截至/)
  await shown(desk, 'earlier-day')
  await desk.go('/concerns?which=found')
  const month = late.found.slice(0, 7)
  await desk.page.locator('.el-select', { has: desk.page.getByRole('combobox', { name: '哪个月发现的' }) }).click()
  await desk.page.getByRole('option', { name: new RegExp(`^${month.slice(0, 4)}年${Number(month.slice(5))}月`) }).click()
  await desk.see(/^只列.*发现的：全部$/)
  const { total, from, to } = await ask(desk, `/api/concerns/figures?area=${township}&period=${month}`)
  assert.ok(from === `${month}-01` && to.startsWith(month) && total.found > 0)
  assert.equal((await ask(desk, `/api/concerns?area=${township}&which=found&period=${month}&count=1`)).total, total.found)
  const sum = await desk.page.locator('.sum td').first().innerText()
  assert.equal(Number(sum), total.found)
  await shown(desk, 'month')
  await desk.page.setViewportSize(SMALL)
  await shown(desk, 'month-small')
  await desk.page.setViewportSize(WIDE)
  const [file] = await Promise.all([desk.page.waitForEvent('download'), desk.page.getByText('CSV', { exact: true }).click()])
  assert.match(await readFile(await file.path(), 'utf8'), /统计期：\d{4}年\d+月/)
})

act('a child’s is counted, and its words are not there', async () => {
  const { lines } = await ask(other, '/api/concerns?which=found&count=1000')
  const child = lines.find((one) => one.who?.name.includes('*'))
  assert.ok(child, 'something was found at a child’s')
  const { total } = await ask(other, `/api/concerns/figures?area=${township}`)
  assert.equal((await ask(other, `/api/concerns?area=${township}&which=found&from=2000-01-01`)).total, total.found, 'it is counted')
  assert.equal(child.words, null)
  await other.go('/concerns?which=found')
  await row(other, child.who.name).getByRole('button').click()
  await other.see('未成年人的内容，这里不显示。要看，先选查看事由。')
  await shown(other, 'child')
  await other.page.keyboard.press('Escape')
})

act('one is found by the name of whose it is, a child’s by the name that is masked, and no name is in the address', async () => {
  const search = other.page.getByRole('textbox', { name: '姓名、户主' })
  const { lines } = await ask(other, '/api/concerns?which=found&count=1000')
  const { name } = lines.find((one) => one.who?.name.includes('*')).who
  await search.fill(name.replace('*', '小'))
  await row(other, name).waitFor()
  await search.fill('杨四妹')
  await row(other, '东墙裂了缝').waitFor()
  for (const one of await other.page.locator('.rows .row').allInnerTexts()) assert.ok(one.includes('杨四妹'), one)
  await shown(other, 'searched')
  await search.fill('查无此人')
  await other.see('按姓名或户主没有找到。')
  assert.ok(!decodeURIComponent(other.page.url()).includes('查无此人'))
})

act('one that was settled after its day is settled, but not in time; one past its day is in the figures', async () => {
  const overdue = (await ask(desk, `/api/concerns?area=${township}&which=overdue&count=1000`)).lines.find((one) => one.words)
  const before = (await ask(desk, `/api/concerns/figures?area=${township}`)).total
  assert.ok(overdue.overdue_days > 0 && before.overdue > 0)
  await desk.go('/concerns?which=overdue')
  await row(desk, overdue.words).getByText(`过期 ${overdue.overdue_days} 天`).waitFor()
  await answer(desk, overdue.words, '已解决', '修好了，晚了些')
  await click(desk, '答复')
  await dialog(desk).getByText('修好了，晚了些').first().waitFor()
  await desk.page.keyboard.press('Escape')
  const after = (await ask(desk, `/api/concerns/figures?area=${township}`)).total
  assert.deepEqual([after.overdue, after.settled, after.in_time], [before.overdue - 1, before.settled + 1, before.in_time])
})

act('the list is taken along as a file, masked as on the screen', async () => {
  await desk.go('/concerns')
  const [file] = await Promise.all([desk.page.waitForEvent('download'), desk.page.getByText('CSV', { exact: true }).click()])
  const text = await readFile(await file.path(), 'utf8')
  assert.ok(text.includes('东墙裂了缝') && text.includes('已报危房改造'), text.slice(0, 400))
  assert.match(file.suggestedFilename(), /发现的问题_截至/)
})

act('the finder’s phone shows the answer, and quietly on 今日', async () => {
  await command(phone, 'exchange')
  await screen.page.reload()
  await screen.see('乡镇答复：已报危房改造')
  await screen.see(/张站长来办/)
  await looked('乡镇答复：已报危房改造', 'concerns-phone-answered')
  await screen.go('/today')
  await screen.page.getByRole('link', { name: /乡镇有 \d+ 条答复/ }).click()
  await screen.see('已报危房改造')
  await screen.shown('concerns-phone-news')
})

act('the next visit asks about it; the township answers twice, and the phone shows the last word', async () => {
  await screen.go(`/person/${person.subject}`)
  await screen.tap('开始走访')
  await screen.tap('下一步')
  await screen.fill({ compare: false })
  await screen.see('上次发现的问题，现在怎么样？')
  await screen.page.getByRole('group', { name: '东墙裂了缝' }).getByRole('button', { name: '更严重' }).click()
  await screen.page.getByRole('group', { name: '东墙裂了缝' }).getByRole('button', { name: '更严重', pressed: true }).waitFor()
  await looked('东墙裂了缝', 'concerns-phone-asked')
  await screen.finish()
  await command(phone, 'exchange')
  for (const [state, words] of [['处理中', '后天去看'], ['已解决', '墙已加固']]) {
    await desk.go('/concerns?which=found')
    await answer(desk, '东墙裂了缝', state, words)
    if (state === '处理中') await dialog(desk).getByRole('textbox', { name: '谁来办' }).fill('李站长')
    await click(desk, '答复')
    await dialog(desk).getByText(words).first().waitFor()
    await desk.page.keyboard.press('Escape')
  }
  await command(phone, 'exchange')
  await screen.go(`/person/${person.subject}`)
  await screen.page.reload()
  await screen.see('乡镇答复：墙已加固')
  const { concerns, settled } = await command(phone, 'person', { subject: person.subject })
  assert.ok(!concerns.some((one) => one.words === '东墙裂了缝'))
  assert.equal(settled.find((one) => one.words === '东墙裂了缝').state, 'solved')
})

act('in a small window too', async () => {
  await desk.page.setViewportSize(SMALL)
  await desk.go('/concerns')
  await shown(desk, 'small')
})
