// 导入, by clicking on the real server: a township's register is chosen, looked at, ticked and taken; what is wrong
// comes back as a workbook; what cannot be read, is too large or says nothing new is told in a sentence.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk, SMALL } from './lib/console.mjs'
import { World } from './lib/world.mjs'

const HEAD = '序号,乡镇,村,小组,户主,与户主关系,姓名,身份证号,类别,电话,照料人,住址'
const TOWNSHIP = 532929102000
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
/** An ID number that nobody has, of somebody born on that day. */
function number(running, born = '19500101') {
  const digits = `532929${born}${String(running).padStart(3, '0')}`
  const sum = [...digits].reduce((all, one, place) => all + Number(one) * WEIGHTS[place], 0)
  return digits + '10X98765432'[sum % 11]
}
const row = (place, phone = '13900000001') =>
  `${place},功果桥镇,民主村,核桃坪组,测${'一二三四五六七八九十'[place - 1]},户主,测${'一二三四五六七八九十'[place - 1]},${number(place)},独居老人、低保,${phone},测照料 13900000002,核桃树下第${place}家`
const child = `12,功果桥镇,民主村,核桃坪组,测一,孙女,测小妹,${number(900, '20170505')},留守儿童,,,`
const BAD = [
  '13,功果桥镇,没有的村,,,,测甲,5.32929E+17,富户,12,,',
  `14,诺邓镇,532929101202,,,,测乙,${number(901)},低保,,,`,
  ',,,,,,填表人：测丙,,,,,',
]
const FIRST = [HEAD, ...[1, 2, 3].map((place) => row(place)), child, ...BAD].join('\n')

let world, admin, head
before(async () => {
  world = await World.begin(150)
  admin = await Desk.as(world, await account(world, '县管理员', 'yangyq'))
  head = await Desk.as(world, await account(world, '乡镇站长', 'zhanz', '功果桥镇'), { size: SMALL })
})
after(() => world.end())

const act = story('import', () => [head, admin])
const picker = (desk) => desk.page.locator('input[type=file]')
const figures = async (desk) => (await desk.page.locator('.figures').innerText()).replace(/\s*新户/g, ' 新户').replace(/\s+/g, ' ').trim()
const take = (desk) => desk.page.getByRole('button', { name: /^写入：/ })
async function file(name, content) {
  const path = join(world.folder, name)
  await writeFile(path, content)
  return path
}
async function choose(desk, path) {
  await picker(desk).setInputFiles(path)
  await desk.quiet()
}
const shown = (desk, name) => desk.shown(`import-${name}`)

act('a township finds it under 服务对象, and is told what it takes', async () => {
  await head.go(`/subjects?area=${TOWNSHIP}`)
  await shown(head, 'entry')
  await head.page.getByRole('link', { name: '导入', exact: true }).click()
  await head.see('导入到 功果桥镇；表里别处的行不会写入。')
  await shown(head, 'begin')
})

act('a file is told before anything is written: who is new, what is wrong in which cell', async () => {
  const people = async () => (await head.page.evaluate(async (area) => (await fetch(`/api/subjects?area=${area}`)).json(), TOWNSHIP)).total
  const before = await people()
  await choose(head, await file('名册.csv', FIRST))
  assert.equal(await figures(head), '新增 4 新户 3 会改动 0 不变 0 有错 3')
  for (const words of ['C6', 'H6', '末三位已经丢了', '没有类别“富户”', '不在功果桥镇', '测*妹']) await head.see(words)
  await head.see('没有读的列：A 列“序号”')
  await head.page.getByText('认出的列').click()
  assert.match(await head.page.locator('details').innerText(), /A\s+序号\s+不读/)
  await shown(head, 'preview')
  await head.page.locator('main').evaluate((one) => one.scrollTo(0, 99_999))
  await shown(head, 'preview-below')
  assert.equal(await people(), before, 'nothing was written')
})

act('what is wrong is a workbook, which is imported as it is', async () => {
  const [download] = await Promise.all([head.page.waitForEvent('download'), head.press('下载有错的行')])
  assert.equal(download.suggestedFilename(), '名册_有错.xlsx')
  const path = join(world.folder, '有错.xlsx')
  await download.saveAs(path)
  assert.equal((await readFile(path)).subarray(0, 2).toString(), 'PK')
  await choose(head, path)
  assert.equal(await figures(head), '新增 0 会改动 0 不变 0 有错 3')
  await head.see('没有可以写入的行。')
})

act('by keyboard it is taken, and the same file again changes nothing', async () => {
  await choose(head, join(world.folder, '名册.csv'))
  await take(head).focus()
  await head.page.keyboard.press('Enter')
  await head.see('已写入：新增 4，改动 0。')
  await head.see('有错的 3 行没有写入。')
  await shown(head, 'done')
  await choose(head, join(world.folder, '名册.csv'))
  assert.equal(await figures(head), '新增 0 会改动 0 不变 4 有错 3')
  await head.see('除了有错的，名册里都有，没有要写入的。')
  await shown(head, 'unchanged')
  await head.go(`/subjects?area=${TOWNSHIP}`)
  await head.page.getByRole('textbox', { name: /姓名/ }).fill('测一')
  await head.see('核桃坪组')
})

act('a later file changes what is ticked, and tells who wrote what stands', async () => {
  await head.go(`/subjects/import?area=${TOWNSHIP}`)
  await choose(head, await file('二月.csv', [HEAD, row(1, '13900000011'), row(2, '13900000012'), row(4)].join('\n')))
  assert.equal(await figures(head), '新增 1 新户 1 会改动 2 不变 0 有错 0')
  const line = head.page.locator('tbody tr', { hasText: '13900000011' })
  assert.match(await line.innerText(), /本人电话\s+139\*{4}0001\s+13900000011/)
  await head.page.getByRole('checkbox', { name: '改第 2 行 测一' }).focus()
  await head.page.keyboard.press('Space')
  assert.equal((await take(head).innerText()).trim(), '写入：新增 1，改动 1')
  await head.page.locator('main').evaluate((one) => one.scrollTo(0, 99_999))
  await shown(head, 'changes')
  await take(head).click()
  await head.see('已写入：新增 1，改动 1。')
  await head.see('会改动而没有勾的 1 人没有改。')
})

act('a plan that has become another is shown anew and not taken', async () => {
  const path = await file('三月.csv', [HEAD, row(2, '13900000022'), row(5)].join('\n'))
  await head.go(`/subjects/import?area=${TOWNSHIP}`)
  await choose(head, path)
  assert.equal(await figures(head), '新增 1 新户 1 会改动 1 不变 0 有错 0')
  await admin.go(`/subjects/import?area=${TOWNSHIP}`)
  await choose(admin, path)
  await take(admin).click()
  await admin.see('已写入：新增 1，改动 0。')
  await take(head).click()
  await head.see('按改动后的名册重新核对过了，刚才没有写入。请再看一遍。')
  assert.equal(await figures(head), '新增 0 会改动 1 不变 1 有错 0')
  await shown(head, 'again')
})

act('what cannot be read is told in a sentence, and what is too large is not sent', async () => {
  await choose(head, await file('通知.pdf', '%PDF-1.7'))
  await head.see('这是 PDF，不是表格')
  await shown(head, 'no-table')
  await choose(head, await file('别的表.csv', '姓名,住址,身份证\n'))
  await head.see('缺少“村”')
  await choose(head, await file('空.csv', ''))
  await head.see('文件是空的')
  await choose(head, await file('太大.csv', Buffer.alloc(12 * 1024 * 1024 + 1, 32)))
  await head.see('太大.csv 有 12.0 MB，太大了（最多 12 MB），没有读。')
})

act('a session that ended is opened again, and the file goes on', async () => {
  await head.go(`/subjects/import?area=${TOWNSHIP}`)
  await choose(head, await file('四月.csv', [HEAD, row(6)].join('\n')))
  await head.page.evaluate(() => { document.cookie = 'session=; max-age=0' })
  await head.page.context().clearCookies()
  await take(head).click()
  await head.page.locator('input[type=password]').fill('walnut-tree-door')
  await head.page.locator('form button[type=submit]').click()
  await head.see('已写入：新增 1，改动 0。')
})

act('the county’s register goes out and in again, and nothing changes', async () => {
  const path = join(world.folder, '全县.xlsx')
  await world.cli('export', 'people', path)
  await admin.go('/subjects/import')
  await choose(admin, path)
  assert.match(await figures(admin), /^新增 0 会改动 0 不变 \d+ 有错 0$/)
  await admin.see('名册里都有，没有要写入的。')
  await shown(admin, 'whole-county')
})

act('staff come by the same page, and both stand in the access log without names', async () => {
  await admin.go('/settings/staff')
  await admin.page.getByRole('link', { name: '导入', exact: true }).click()
  await choose(admin, await file('人员.csv', '姓名,职责,村,电话\n测协理,社会救助协理员,532929102210,13900000031\n测错,村长,532929102210,\n'))
  assert.equal(await figures(admin), '新增 1 不变 0 有错 1')
  await shown(admin, 'staff')
  await take(admin).click()
  await admin.see('已写入：新增 1，改动 0。')
  const auditor = await Desk.as(world, await account(world, '负责人', 'duanxx'))
  await auditor.go('/settings/accesses')
  await auditor.see('导入名单')
  const said = await auditor.page.locator('main').innerText()
  assert.match(said, /功果桥镇 · 服务对象 · \d+ 行/)
  assert.ok(!said.includes('测'), 'no name')
  await auditor.picture('import-accesses')
})

act('whom no ID number names is shown with the number of the county', async () => {
  await head.go(`/subjects/import?area=${TOWNSHIP}`)
  await choose(head, await file('无证.csv', [HEAD, '1,功果桥镇,民主村,核桃坪组,测无证,户主,测无证,,独居老人,,,'].join('\n')))
  await take(head).click()
  await head.see('已写入：新增 1，改动 0。')
  await head.go(`/subjects?area=${TOWNSHIP}`)
  await head.page.getByRole('textbox', { name: /姓名/ }).fill('测无证')
  await head.page.locator('[role=row]', { hasText: '测无证' }).getByText(/^县内编号 Y102\d{6}$/).waitFor()
  await shown(head, 'local-number')
})

act('who audits finds neither import nor print, and is told who does it', async () => {
  const auditor = await Desk.as(world, await account(world, '审计', 'shenji'))
  await auditor.go('/subjects')
  await auditor.quiet()
  assert.equal(await auditor.page.getByRole('link', { name: '导入', exact: true }).count(), 0)
  assert.equal(await auditor.page.getByRole('navigation').getByRole('link', { name: '手机' }).count(), 0)
  await auditor.go('/subjects/import')
  await auditor.see('您的职责只能看，不能导入。要导入，请找乡镇站长或县管理员。')
  assert.equal(await picker(auditor).count(), 0)
  await auditor.shown('import-auditor')
  await auditor.go('/phones/sheets')
  await auditor.see(/您的职责里没有这一项，或不归您的区划。/)
  assert.equal(await auditor.page.getByRole('button', { name: /打印|生成/ }).count(), 0, 'nothing to print')
  await auditor.shown('sheets-auditor')
})

act('in English', async () => {
  const desk = await Desk.open(world, { language: 'en' })
  await desk.logIn({ login: 'yangyq', changed: true })
  await desk.go(`/subjects/import?area=${TOWNSHIP}`)
  await choose(desk, await file('五月.csv', [HEAD, row(1, '13900000099'), row(7), ...BAD].join('\n')))
  await desk.see('What would change: only what is ticked is written')
  await shown(desk, 'english')
})
