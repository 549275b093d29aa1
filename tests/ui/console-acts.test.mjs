// What is done at a desk, by clicking, on the real server and with phones of real clients: a child's answers
// are opened under a grant, a visit is made void, rules, staff and accounts change, a phone is lost. Each act is
// looked at where it shows, and has its picture.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk } from './lib/console.mjs'
import { command, PIN } from './lib/phone.mjs'
import { set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

const COUNTY = 532929000000
const REASON = '核实走访内容'
let world, stage, admin, reviewer, approver, who

before(async () => {
  world = await World.begin(150)
  stage = await set(world)
  who = {
    admin: await account(world, '县管理员', 'yangyq'),
    reviewer: await account(world, '县审核员', 'shanyy'),
    approver: await account(world, '负责人', 'duanxx'),
  }
  admin = await Desk.as(world, who.admin)
  reviewer = await Desk.as(world, who.reviewer)
  approver = await Desk.as(world, who.approver)
})
after(() => world.end())

const act = story('console-acts', () => [admin, reviewer, approver])
const ask = (desk, path) => desk.page.evaluate(async (of) => (await fetch(of)).json(), path)
const row = (desk, words) => desk.page.locator('tbody tr, .rows .row', { hasText: words }).first()
const dialog = (desk) => desk.page.getByRole('dialog').filter({ visible: true })
const day = (after) => new Date(Date.now() + (8 * 3600 + after * 86_400) * 1000).toISOString().slice(0, 10)
const said = (iso) => `${Number(iso.slice(5, 7))}月${Number(iso.slice(8))}日`

/** A picture, and nothing wrong that can be measured. */
const shown = (desk, name) => desk.shown(`acts-${name}`)
async function choose(desk, name, option) {
  await dialog(desk).locator('.el-select', { has: desk.page.getByRole('combobox', { name, exact: true }) }).click()
  await desk.page.getByRole('option', { name: option, exact: true }).filter({ visible: true }).click()
}
async function date(desk, name, on) {
  const field = dialog(desk).locator(`input[aria-label="${name}"]`)
  await field.fill(on)
  await field.press('Enter')
}
const click = (desk, words) => dialog(desk).getByRole('button', { name: words, exact: true }).last().click()

/** A visit to a child that the county has counted. */
async function visitOfAChild(desk) {
  const { duties } = await ask(desk, '/api/header')
  for (const { duty } of duties.filter((one) => one.title_zh.includes('儿童'))) {
    const { lines } = await ask(desk, `/api/coverage/people?area=${COUNTY}&duty=${duty}&column=met&count=1`)
    if (lines.length > 0) return { duty, person: lines[0] }
  }
  throw new Error('no child was visited')
}

act('without a grant a child’s answers stay shut; one is asked for', async () => {
  const { page } = reviewer
  const { duty, person } = await visitOfAChild(reviewer)
  assert.match(person.name, /\*/)
  await reviewer.go(`/coverage/people?duty=${duty}&column=met`)
  await page.getByRole('link', { name: person.name, exact: true }).first().click()
  await page.getByRole('link', { name: /^查看/ }).first().click()
  await reviewer.see('未成年人的走访内容没有显示')
  assert.equal(await page.locator('.answers').count(), 0)
  await reviewer.press('查看')
  await reviewer.see('您现在没有有效的批准')
  await shown(reviewer, 'opening-without-grant')
  await dialog(reviewer).getByRole('link', { name: '申请查看' }).click()
  await reviewer.press('申请查看')
  await dialog(reviewer).getByRole('textbox', { name: '为什么要看' }).fill('核实本月困境儿童走访记录')
  await click(reviewer, '提交申请')
  assert.match(await row(reviewer, '核实本月困境儿童走访记录').innerText(), /待批准/)
})

act('whoever is responsible approves it, and sees that it was asked for', async () => {
  await approver.go('/today')
  await approver.see('等您批准的查看申请（1）')
  await shown(approver, 'today-asked')
  await approver.page.getByRole('link', { name: '去批准' }).click()
  await row(approver, '核实本月困境儿童走访记录').getByRole('button', { name: '批准', exact: true }).click()
  await approver.see('已批准')
  assert.ok((await row(approver, '核实本月困境儿童走访记录').innerText()).includes(who.approver.name))
  await shown(approver, 'grant-approved')
})

act('it is opened with a reason, and who opened it stands in the log', async () => {
  const { page } = reviewer
  const { duty, person } = await visitOfAChild(reviewer)
  await reviewer.go(`/coverage/people?duty=${duty}&column=met`)
  await page.getByRole('link', { name: person.name, exact: true }).first().click()
  await page.getByRole('link', { name: /^查看/ }).first().click()
  await reviewer.press('查看')
  const open = dialog(reviewer).getByRole('button', { name: '查看', exact: true })
  assert.ok(await open.isDisabled(), 'not without a reason')
  await dialog(reviewer).getByText(REASON).click()
  await shown(reviewer, 'opening')
  await open.click()
  await page.locator('.answers tbody tr').first().waitFor()
  await shown(reviewer, 'opened')
  await approver.go('/settings/accesses')
  const line = await row(approver, '查看未成年人的内容').innerText()
  for (const words of [who.reviewer.name, `${person.name}的走访`, REASON]) assert.ok(line.includes(words), line)
  await shown(approver, 'accesses')
})

act('a grant that is taken back opens nothing any more', async () => {
  await approver.go('/settings/grants')
  await row(approver, '核实本月困境儿童走访记录').getByRole('button', { name: '收回' }).click()
  await approver.see('已收回')
  await reviewer.page.reload()
  await reviewer.press('查看')
  await reviewer.see('您现在没有有效的批准')
})

act('a visit from a phone has its receipt; made void it counts no more, and then again', async () => {
  const { page } = reviewer
  const figure = async () => (await ask(reviewer, `/api/coverage?area=${COUNTY}&duty=elder_monthly`)).total.met
  const { lines } = await ask(reviewer, `/api/coverage/people?area=${COUNTY}&duty=elder_monthly&column=met&count=500`)
  const { person } = lines.find((one) => one.name === '杨桂芝')
  const { visits } = await ask(reviewer, `/api/subjects/${person}`)
  const fresh = visits.find((one) => one.receipt)
  await reviewer.go(`/visits/${fresh.visit}`)
  const fact = page.locator('.facts div', { has: page.getByText('回执', { exact: true }) }).locator('dd')
  assert.match(await fact.innerText(), /^\d{4} \d{4} \d$/)
  assert.equal(await fact.innerText(), fresh.receipt)
  const before = await figure()
  await reviewer.press('作废')
  assert.ok(await dialog(reviewer).getByRole('button', { name: '作废', exact: true }).isDisabled(), 'not without a reason')
  await dialog(reviewer).getByRole('textbox', { name: '理由' }).fill('那天没有去过，走访人自己说的')
  await shown(reviewer, 'void')
  await click(reviewer, '作废')
  await reviewer.see('恢复，照常计入')
  await page.locator('.word.danger', { hasText: '作废' }).first().waitFor()
  const counted = visits.filter((one) => one.visit !== fresh.visit && one.met?.met.startsWith('self') && one.day.slice(0, 7) === fresh.day.slice(0, 7))
  assert.equal(await figure(), counted.length > 0 ? before : before - 1)
  await page.locator('article').getByText('没有满足任何走访要求').waitFor()
  await page.locator('summary').first().click()
  await reviewer.see('那天没有去过，走访人自己说的')
  await shown(reviewer, 'voided')
  await reviewer.press('恢复，照常计入')
  await page.locator('article .word.good').first().waitFor()
  assert.equal(await page.locator('.word.danger').count(), 0)
  assert.equal(await figure(), before)
})

act('a duty is changed from a day on, after saying whom it concerns', async () => {
  await admin.go('/settings/duties')
  const { page } = admin
  await page.getByRole('button', { name: '特殊困难老年人月探访' }).click()
  await page.getByRole('button', { name: '从某一天起改' }).click()
  assert.match(await dialog(admin).locator('.rules').innerText(), /电话/)
  await date(admin, '从哪一天起', day(4))
  await dialog(admin).getByText('电话', { exact: true }).click()
  await dialog(admin).getByRole('textbox', { name: '依据（文件、条款）' }).fill('云民发〔2026〕8号')
  await click(admin, '查看影响')
  await dialog(admin).getByText(/涉及 [1-9]\d* 人。/).waitFor()
  await dialog(admin).getByRole('button', { name: '确认执行' }).scrollIntoViewIfNeeded()
  await shown(admin, 'duty-preview')
  await click(admin, '确认执行')
  const rule = dialog(admin).locator('.rules li', { hasText: '云民发〔2026〕8号' })
  await rule.waitFor()
  assert.match(await rule.innerText(), new RegExp(`${said(day(4))} 起 · 云龙县 将要实行`))
  assert.doesNotMatch(await rule.innerText(), /电话/, 'a call meets it no more')
  await rule.scrollIntoViewIfNeeded()
  await shown(admin, 'duty-changed')
})

act('a duty ends by a source, after saying what becomes of the month that is open', async () => {
  await admin.go('/settings/duties')
  const { page } = admin
  await page.getByRole('button', { name: '特殊困难老年人月探访' }).first().click()
  await page.getByRole('button', { name: '从某一天起停' }).click()
  const middle = [day(5), day(6)].find((one) => !one.endsWith('-01'))
  await date(admin, '从哪一天起', middle)
  await dialog(admin).getByRole('textbox', { name: '停止的依据' }).fill('云民发〔2026〕9号')
  await click(admin, '查看影响')
  await dialog(admin).getByText(/中途停下：.*还没见到的也不算漏访/).waitFor()
  await dialog(admin).getByRole('button', { name: '确认执行' }).scrollIntoViewIfNeeded()
  await shown(admin, 'duty-end-preview')
  await click(admin, '确认执行')
  const ended = dialog(admin).locator('.rules li', { hasText: '云民发〔2026〕9号' })
  await ended.first().waitFor()
  assert.match(await ended.first().innerText(), /停止的依据\s+云民发〔2026〕9号/)
  await ended.first().scrollIntoViewIfNeeded()
  await shown(admin, 'duty-ended')
})

act('somebody new gets a role and an account, and comes in with the password that was shown', async () => {
  const { page } = admin
  await admin.go('/settings/staff')
  await admin.press('添加工作人员')
  await dialog(admin).getByRole('textbox', { name: '姓名' }).fill('李晓芸')
  await dialog(admin).getByRole('textbox', { name: '电话' }).fill('10712345670')
  await shown(admin, 'staff-add')
  await click(admin, '保存')
  await page.getByRole('textbox', { name: '姓名、区划' }).fill('李晓芸')
  assert.match(await row(admin, '李晓芸').innerText(), /还没有分工/)
  await row(admin, '李晓芸').getByRole('button').click()
  await choose(admin, '职责', '只读')
  await choose(admin, '区划', '功果桥镇')
  await date(admin, '止（可不填）', day(30))
  await click(admin, '分工')
  const held = dialog(admin).locator('tbody tr', { hasText: '功果桥镇' })
  await held.waitFor()
  assert.match(await held.innerText(), new RegExp(`只读\\s+${said(day(0))}\\s+${said(day(30))}`))
  await dialog(admin).getByRole('textbox', { name: '登录名' }).fill('lixy')
  await click(admin, '开账号')
  const first = await dialog(admin).locator('.secret').innerText()
  await shown(admin, 'account-added')
  const fresh = { login: 'lixy', name: '李晓芸', first }
  const desk = await Desk.as(world, fresh)
  await desk.go('/coverage')
  await desk.see('功果桥镇走访情况')
  await desk.page.context().close()
  await click(admin, '重设密码')
  await page.waitForFunction((old) => document.querySelector('.secret')?.textContent !== old, first)
  const again = await Desk.as(world, { login: 'lixy', name: '李晓芸', first: await dialog(admin).locator('.secret').innerText() })
  await again.page.context().close()
})

act('a role that has no end is ended, and an account closed', async () => {
  const { page } = admin
  await choose(admin, '职责', '乡镇站长')
  await choose(admin, '区划', '诺邓镇')
  await click(admin, '分工')
  const held = dialog(admin).locator('tbody tr', { hasText: '乡镇站长' })
  await held.getByRole('button', { name: '结束' }).click()
  await date(admin, '从哪一天起不再担任', day(1))
  await shown(admin, 'staff-end')
  await dialog(admin).locator('form.boxed').getByRole('button', { name: '结束', exact: true }).click()
  await held.getByText(said(day(0)), { exact: true }).nth(1).waitFor()
  await click(admin, '停用账号')
  await dialog(admin).getByText('lixy · 已停用').waitFor()
  await shown(admin, 'staff-ended')
  await page.keyboard.press('Escape')
  const out = await Desk.open(world)
  await out.page.getByLabel('登录名').fill('lixy')
  await out.page.getByLabel('密码', { exact: true }).fill('walnut-tree-door')
  await out.press('登录')
  await out.see('这个账号已停用。请联系县管理员。')
  await out.page.context().close()
})

act('the recovery code of a phone is read out, and that it was stands in the log', async () => {
  await admin.go('/phones')
  await row(admin, '董正雄').getByRole('button').click()
  await shown(admin, 'phone')
  await click(admin, '备用解锁码')
  await admin.see('核对是本人以后在电话里念给他听')
  await click(admin, '备用解锁码')
  await dialog(admin).locator('.code').waitFor()
  assert.match(await dialog(admin).locator('.code').innerText(), /^\d{4}( \d{4}){4}$/)
  await shown(admin, 'recovery')
  // Beside the phone and in the log: who, when, whose.
  const done = dialog(admin).getByRole('listitem').first()
  await done.getByText('读备用解锁码').waitFor()
  assert.match(await done.innerText(), new RegExp(`^${said(day(0))} \\d\\d:\\d\\d\\s+${who.admin.name}\\s+读备用解锁码$`))
  await approver.go('/settings/accesses')
  const line = await row(approver, '读备用解锁码').innerText()
  for (const words of [who.admin.name, '董正雄的手机']) assert.ok(line.includes(words), line)
})

act('a phone that was lost is stopped', async () => {
  const { page } = admin
  await click(admin, '停用')
  await admin.see('这一步不能反悔')
  await shown(admin, 'revoke')
  await click(admin, '停用')
  await dialog(admin).getByText('已停用').first().waitFor()
  assert.equal(await dialog(admin).getByRole('button', { name: '备用解锁码' }).count(), 0)
  const done = dialog(admin).getByRole('listitem')
  await done.getByText('停用手机').waitFor()
  assert.ok((await done.first().innerText()).includes(who.admin.name), 'who stopped it')
  assert.deepEqual((await done.allInnerTexts()).map((one) => one.split(/\s+/).at(-1)), ['停用手机', '读备用解锁码', '打印启用单'])
  await shown(admin, 'revoked')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^已移交、已停用/ }).click()
  await row(admin, '董正雄').waitFor()
})

act('a sheet is made, and a phone is enrolled with what stands on it', async () => {
  const { page } = admin
  await admin.press('打印启用单')
  await page.getByText('已勾选还没有手机的人').waitFor()
  const chosen = page.locator('tbody tr', { hasText: '张玉娅' })
  // As many as can be made at once are chosen, and none again, also of a county that has more.
  const all = page.locator('thead .el-checkbox')
  await all.click()
  await page.getByRole('button', { name: /^生成 80 张$/ }).waitFor()
  await all.click()
  await page.getByRole('button', { name: '生成 0 张' }).waitFor()
  await chosen.locator('.el-checkbox').click()
  await admin.press('生成 1 张')
  const sheet = page.locator('.sheet')
  await sheet.waitFor()
  await shown(admin, 'sheet')
  const code = await sheet.locator('.code').first().innerText()
  const phone = await world.phone('new')
  await command(phone, 'enrol', { code: code.replace(/\D/g, ''), pin: PIN, county: null })
  await command(phone, 'exchange')
  await admin.go('/phones')
  assert.match(await row(admin, '张玉娅').innerText(), /在用/)
  await approver.go('/settings/accesses')
  const line = await row(approver, '打印启用单').innerText()
  assert.ok(line.includes(who.admin.name) && line.includes('张玉娅'), line)
  await shown(approver, 'accesses-after')
})
