// 可能重复, by clicking on the real server: somebody is imported while a phone without signal registers the same; they
// are merged, a late visit of another phone counts for the one who stays, and all of it is taken back.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk, SMALL } from './lib/console.mjs'
import { command, phoneOf, Screen } from './lib/phone.mjs'
import { visited } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

const TOWNSHIP = 532929102000
const VILLAGE = 532929102210
const TABLE = [
  '乡镇,村,小组,户主,与户主关系,姓名,身份证号,类别,电话,照料人,住址',
  `功果桥镇,${VILLAGE},核桃坪组,测阿普,户主,测阿普,532929195001019919,独居老人,13900000001,测照料 13900000002,核桃树下`,
  `功果桥镇,${VILLAGE},核桃坪组,测阿普,孙女,测小妹,,留守儿童,,,`,
].join('\n')

let world, head, one, two, twin
const record = async (phone, typed) => (await command(phone, 'search', { typed, offset: 0, count: 9 })).map((found) => found.subject)
const register = (phone, name, born) =>
  command(phone, 'register_person', { name, nickname: null, village: VILLAGE, household: null, sex: null, born, phone: '13812340077', pinyin: null })

before(async () => {
  world = await World.begin(600)
  head = await Desk.as(world, await account(world, '乡镇站长', 'zhanz', '功果桥镇'), { size: SMALL })
  one = await phoneOf(world, '测走访', String(VILLAGE))
  two = await phoneOf(world, '测同事', String(VILLAGE))
})
after(() => world.end())

const act = story('duplicates', () => [head])
const pair = (name) => head.page.locator('article', { has: head.page.getByRole('heading', { name }) })
const open = async (tab = '') => head.go(`/subjects/duplicates?area=${TOWNSHIP}${tab && `&tab=${tab}`}`)
const shown = (name) => head.shown(`duplicates-${name}`)
async function found(name) {
  await head.go(`/subjects?area=${TOWNSHIP}`)
  await head.page.getByRole('textbox', { name: /姓名/ }).fill(name)
  await head.page.waitForTimeout(400)
  await head.quiet()
  return head.page.locator('[role=row] a').count()
}

act('a person is imported while a phone registers the same, and both are suggested side by side', async () => {
  await head.go(`/subjects/import?area=${TOWNSHIP}`)
  const file = join(world.folder, '名册.csv')
  await writeFile(file, TABLE)
  await head.page.locator('input[type=file]').setInputFiles(file)
  await head.quiet()
  await head.page.getByRole('button', { name: /^写入：/ }).click()
  await head.see('已写入：新增 2')
  const { record: made } = await register(one, '测阿普', '1951-02-03')
  await register(one, '测小妹', '2017-05-05')
  twin = made.id
  await visited(one, { subject: twin, household: null })
  await command(one, 'exchange')
  await command(two, 'exchange')
  assert.equal((await record(two, '测阿普')).length, 2)

  await head.go(`/today?area=${TOWNSHIP}`)
  const task = head.page.getByRole('link', { name: /可能重复/ })
  assert.ok(Number(await task.locator('b').innerText()) >= 2)
  await shown('today')
  await task.click()
  await pair('测阿普').getByText('同一个村，姓名相同').waitFor()
  await head.quiet()
  await pair('测阿普').scrollIntoViewIfNeeded()
  await shown('pair')
  await pair('测*妹').scrollIntoViewIfNeeded()
  assert.equal(await head.page.getByText('测小妹').count(), 0, 'a child is masked as in all lists')
  await shown('child')
})

act('merged by keyboard they are one; what is to be taken over was ticked', async () => {
  const card = pair('测阿普')
  assert.match(await card.innerText(), /138\*{4}0077/)
  await card.getByRole('checkbox', { name: '带过去：本人电话' }).focus()
  await head.page.keyboard.press('Space')
  await card.getByLabel('为什么（可以不写）').fill('村里只有一个测阿普')
  await card.getByRole('button', { name: '合并成一个人' }).focus()
  await head.page.keyboard.press('Enter')
  await head.see('测阿普：已合并成一个人。')
  assert.equal(await pair('测阿普').count(), 0)
  await shown('merged')
  assert.equal(await found('测阿普'), 1)
})

act('a phone that had not heard writes of the other: it counts for the one who stays', async () => {
  await visited(two, { subject: twin, household: null })
  // A telephone of the record that was merged meanwhile: it is taken in, and shown where it was written.
  const { seen } = await command(two, 'person', { subject: twin })
  await command(two, 'correct_contact', { record: { kind: 'person', id: twin }, key: 'phone', value: '13911112222', seen })
  const sent = await command(two, 'exchange')
  assert.deepEqual([sent.problem, sent.waiting], [null, 0])
  await command(one, 'exchange')
  const [left] = await record(one, '测阿普')
  assert.notEqual(left, twin, 'the phone lists the one who stays')
  assert.equal((await command(one, 'person', { subject: left })).visits.length, 2, 'with both visits')
  await head.page.locator('[role=row] a').first().click()
  await head.see('走访（2）')
  await head.see('测照料')
  await head.see('138****0077')
  await shown('person')
  await head.go(`/subjects/${twin}`)
  await head.see('这份记录已经并入同一个人的另一份')
  await head.see('139****2222')
  await shown('merged-person')
})

act('whose carer is known is told on the phone too', async () => {
  const [left] = await record(one, '测阿普')
  for (const size of ['usual', 'largest']) {
    const screen = await Screen.open(world, one, { size, path: `/#/person/${left}` })
    await screen.page.getByText('测照料').waitFor()
    await screen.picture(`carer-${size}`)
    assert.deepEqual([...(await screen.faults(`carer-${size}`)), ...screen.errors], [])
    await screen.page.context().close()
  }
})

act('taken back with a reason both are as they were', async () => {
  await open('merged')
  await head.page.locator('tbody tr', { hasText: '测阿普' }).getByRole('button', { name: '撤销' }).click()
  const dialog = head.page.getByRole('dialog')
  const sure = dialog.getByRole('button', { name: '撤销' })
  assert.ok(await sure.isDisabled(), 'not without a reason')
  await dialog.getByLabel('为什么撤销').fill('问过了，是堂兄弟')
  await shown('undo')
  await sure.click()
  await head.see('已撤销合并，两份记录都在。')
  await head.quiet()
  await shown('undone')
  assert.equal(await found('测阿普'), 2)
  await command(one, 'exchange')
  assert.equal((await command(one, 'person', { subject: twin })).visits.length, 2, 'with whom they were written')
})

act('two people are not suggested again, until that is taken back', async () => {
  await open()
  await pair('测阿普').getByRole('button', { name: '不是同一个人' }).click()
  await head.see('记下了不是同一个人')
  assert.equal(await pair('测阿普').count(), 0)
  await open('apart')
  await pair('测阿普').waitFor()
  await shown('apart')
  await pair('测阿普').getByRole('button', { name: '撤销，重新列为可能重复' }).click()
  await head.see('重新列为可能重复。')
  await open()
  await pair('测阿普').waitFor()
})

act('more than fifty pairs are listed a part at a time', async () => {
  const names = Array.from({ length: 52 }, (_, one) => `测${'甲乙丙丁戊己庚辛壬癸'[one % 10]}${'子丑寅卯辰巳'[Math.floor(one / 10)]}`)
  await head.go(`/subjects/import?area=${TOWNSHIP}`)
  const file = join(world.folder, '五十二人.csv')
  await writeFile(file, ['乡镇,村,姓名,类别', ...names.map((name) => `功果桥镇,${VILLAGE},${name},低保`)].join('\n'))
  await head.page.locator('input[type=file]').setInputFiles(file)
  await head.quiet()
  await head.page.getByRole('button', { name: /^写入：/ }).click()
  await head.see('已写入：新增 52')
  for (const name of names) await command(one, 'register_person', { name, nickname: null, village: VILLAGE, household: null, sex: null, born: null, phone: null, pinyin: null, another: true })
  await command(one, 'exchange')
  await open()
  await head.quiet()
  const cards = head.page.locator('article')
  assert.equal(await cards.count(), 50)
  const more = head.page.getByRole('button', { name: /^再列一些（还有 \d+ 对）$/ })
  const left = Number(/\d+/.exec(await more.innerText())[0])
  assert.ok(left >= 2)
  await more.scrollIntoViewIfNeeded()
  await shown('more')
  await more.click()
  await more.waitFor({ state: 'detached' })
  assert.equal(await cards.count(), 50 + left)
})

act('in English, at a desk of the county', async () => {
  const admin = await Desk.as(world, await account(world, '县管理员', 'yangyq'), { language: 'en', path: `/subjects/duplicates?area=${TOWNSHIP}` })
  await admin.go(`/subjects/duplicates?area=${TOWNSHIP}`)
  await admin.see('same name in one village')
  await admin.picture('duplicates-english')
  assert.deepEqual([...(await admin.faults('english')), ...admin.errors], [])
})
