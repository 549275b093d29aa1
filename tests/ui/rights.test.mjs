// What somebody may ask of those who keep their data, by clicking on the real server: all of it in one document,
// restricted and no more, erased by two, also from a phone that had no signal; figures of the days behind stay.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk, SMALL } from './lib/console.mjs'
import { command, phoneOf } from './lib/phone.mjs'
import { visited } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

const TOWNSHIP = 532929102000
const VILLAGE = '532929102210'
let world, admin, approver, station, one, two, person, name, visit, part

before(async () => {
  world = await World.begin(600)
  admin = await Desk.as(world, await account(world, '县管理员', 'guanli'), { size: SMALL })
  approver = await Desk.as(world, await account(world, '负责人', 'fuze'))
  station = await Desk.as(world, await account(world, '乡镇站长', 'zhanz', '功果桥镇'))
  one = await phoneOf(world, '测走访', VILLAGE)
  two = await phoneOf(world, '测同事', VILLAGE)
  const people = await command(one, 'people', { village: null, group: null, household: null, offset: 0, count: 200 })
  const grown = async (of) => (await command(one, 'person', { subject: of.subject })).item.categories.every((code) => !code.startsWith('LSET') && code !== 'KJET')
  for (const candidate of people) {
    if (candidate.household && !candidate.minor && (await grown(candidate))) person ??= candidate
  }
  name = person.name
  await visited(one, person)
  await command(one, 'exchange')
  await command(two, 'exchange')
  ;[{ part }] = await command(one, 'history', { subject: person.subject, after: null, count: 1 })
  await admin.go(`/subjects/${person.subject}`)
  visit = new URL(await admin.page.locator('.visits a').first().getAttribute('href'), world.desk).pathname
})
after(() => world.end())

const act = story('rights', () => [admin, approver, station])
const button = (desk, words) => desk.page.getByRole('button', { name: words })
const dialog = (desk) => desk.page.getByRole('dialog')
const asked = ({ page }, path) => page.evaluate(async (at) => (await fetch(at)).json(), path)
const shown = (desk, name) => desk.shown(`rights-${name}`)
/** The figures of the month that is over, to the unit. */
async function past() {
  await approver.go('/coverage')
  return approver.page.evaluate(async () => {
    const header = await (await fetch('/api/header')).json()
    const [year, month] = header.today.split('-').map(Number)
    const before = new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7)
    const duties = header.duties.filter((duty) => duty.periods.some((one) => one.code === before))
    return Promise.all(duties.map(async ({ duty }) => (await fetch(`/api/coverage?duty=${duty}&period=${before}`)).json().then(({ total, rows }) => ({ duty, total, rows }))))
  })
}

act('all that is held of a person is one document, and that it was made is logged', async () => {
  await station.go(`/subjects/${person.subject}`)
  assert.equal(await station.page.getByRole('heading', { name: '本人（或监护人）可以要求' }).count(), 0, 'it is no township\'s')
  await admin.go(`/subjects/${person.subject}`)
  await admin.page.getByRole('heading', { name: '本人（或监护人）可以要求' }).scrollIntoViewIfNeeded()
  await shown(admin, 'person')
  await button(admin, '查阅、复制').click()
  await dialog(admin).getByText('先核对身份').waitFor()
  await shown(admin, 'show')
  const download = admin.page.waitForEvent('download')
  await button(admin, '制作文件').click()
  const file = await download
  assert.doesNotMatch(file.suggestedFilename(), new RegExp(name), 'no name in a file name')
  const text = await readFile(await file.path(), 'utf8')
  for (const held of [name, '个人信息查阅', '走访', '查阅、复制', '测走访']) assert.match(text, new RegExp(held), held)
  await admin.see('文件已经下载到这台电脑')
  await approver.go('/settings/accesses')
  const line = approver.page.getByRole('row').filter({ hasText: '查阅、复制' })
  assert.match(await line.first().innerText(), new RegExp(name))
})

act('what is wrong is put right, and whoever leaves a category is due no more until that is taken back', async () => {
  const auditor = await Desk.as(world, await account(world, '审计', 'shenji'))
  await auditor.go(`/subjects/${person.subject}`)
  await auditor.see('基本情况')
  assert.equal(await button(auditor, '更正、补充').count(), 0, 'who only reads changes nothing')
  await station.go(`/subjects/${person.subject}`)
  await button(station, '更正、补充').click()
  const drawer = dialog(station)
  const choose = async (field) => {
    await drawer.getByRole('combobox', { name: '更正哪一项' }).click()
    await station.page.getByRole('option', { name: field, exact: true }).click()
  }
  await drawer.getByText('还差：哪一项').waitFor()
  await choose('本人电话')
  await drawer.getByRole('textbox', { name: '本人电话' }).fill('12')
  await drawer.getByRole('button', { name: '更正', exact: true }).click()
  await drawer.getByRole('alert').waitFor()
  await shown(station, 'correct-wrong')
  await drawer.getByRole('textbox', { name: '本人电话' }).fill('139 0000 0042')
  await drawer.getByRole('button', { name: '更正', exact: true }).click()
  await drawer.getByText('已更正：本人电话').waitFor()
  await station.see('139****0042')
  const [category] = (await asked(station, `/api/subjects/${person.subject}`)).categories.filter((one) => one.holds)
  const due = async () => (await asked(station, `/api/coverage?area=${TOWNSHIP}&duty=*`)).total.due
  const before = await due()
  await drawer.getByRole('button', { name: `结束 ${category.zh}`, exact: true }).click()
  await shown(station, 'correct-end')
  await drawer.locator('form.boxed').getByRole('button', { name: '结束', exact: true }).click()
  await drawer.getByRole('button', { name: `撤销结束 ${category.zh}` }).waitFor()
  assert.ok((await due()) <= before, 'nobody is due by what has ended')
  assert.equal((await asked(station, `/api/subjects/${person.subject}`)).categories.find((one) => one.code === category.code).holds, false)
  await drawer.getByRole('button', { name: `撤销结束 ${category.zh}` }).click()
  await drawer.getByRole('button', { name: `结束 ${category.zh}`, exact: true }).waitFor()
  assert.equal(await due(), before)
  await shown(station, 'correct')
  await command(one, 'exchange')
  assert.equal((await command(one, 'person', { subject: person.subject })).phone, '13900000042', 'and the phones have it')
})

act('restricted, nobody sees the answers and phones let go of them; ended, they are there again', async () => {
  await admin.go(`/subjects/${person.subject}`)
  await button(admin, '限制处理').click()
  assert.equal(await dialog(admin).getByRole('button', { name: '限制处理' }).isDisabled(), true, 'not without a word')
  await admin.page.getByLabel('谁要求的，为什么').fill('本人到县里要求')
  await shown(admin, 'restrict')
  await dialog(admin).getByRole('button', { name: '限制处理' }).click()
  await admin.see('限制处理：本人到县里要求')
  await shown(admin, 'restricted')
  await admin.go(visit)
  await admin.see('本人要求限制处理：内容只保存，不显示。')
  assert.equal(await admin.page.locator('table.answers').count(), 0)
  await shown(admin, 'restricted-visit')
  await command(two, 'exchange')
  assert.deepEqual(await command(two, 'history', { subject: person.subject, after: null, count: 9 }), [], 'no answers on the phone')
  assert.equal((await command(two, 'search', { typed: name, offset: 0, count: 9 })).some((found) => found.subject === person.subject), true, 'the person is still to be visited')
  await admin.go(`/subjects/${person.subject}`)
  await button(admin, '解除限制').click()
  await admin.page.getByLabel('谁要求的，为什么').fill('本人又同意了')
  await dialog(admin).getByRole('button', { name: '解除限制' }).click()
  await dialog(admin).waitFor({ state: 'hidden' })
  await admin.go(visit)
  await admin.page.locator('table.answers').first().waitFor()
  await command(two, 'exchange')
  assert.ok((await command(two, 'history', { subject: person.subject, after: null, count: 9 })).length > 0)
})

act('an erasure is asked for by one, and nothing goes before another has said yes', async () => {
  await admin.go(`/subjects/${person.subject}`)
  await button(admin, '申请删除').click()
  await dialog(admin).getByText(/^删除：.*走访内容/).waitFor()
  await admin.page.getByLabel('理由和依据（不写姓名：它会留下来）').fill(`${name}书面申请`)
  await dialog(admin).getByRole('button', { name: '申请删除' }).click()
  await dialog(admin).getByText('理由里不要写姓名').waitFor()
  await shown(admin, 'named')
  await admin.page.getByLabel('理由和依据（不写姓名：它会留下来）').fill('本人书面申请，撤回同意')
  await shown(admin, 'ask')
  await dialog(admin).getByRole('button', { name: '申请删除' }).click()
  await admin.see('已申请，等另一位负责人批准；还没有删除。')
  await admin.page.getByRole('link', { name: '删除申请' }).last().click()
  await admin.see('等负责人批准')
  assert.equal(await button(admin, /批准删除/).count(), 0, 'whoever asks does not approve')
  await shown(admin, 'asked')
  await approver.go('/today')
  await approver.page.getByRole('link', { name: /删除申请/ }).first().click()
  await button(approver, /不同意/).click()
  await approver.page.getByLabel('为什么不同意').fill('还有一笔救助没办完')
  await dialog(approver).getByRole('button', { name: '不同意' }).click()
  await approver.see('还有一笔救助没办完')
  await admin.go(`/subjects/${person.subject}`)
  await admin.page.getByRole('heading', { level: 1, name }).waitFor()
})

act('approved, the person is nobody everywhere, and last month is what it was', async () => {
  const before = await past()
  assert.ok(before.length > 0 && before.every((one) => one.total.register > 0), 'there is a month behind')
  await button(admin, '申请删除').click()
  await admin.page.getByLabel('理由和依据（不写姓名：它会留下来）').fill('救助办完，本人再次申请')
  await dialog(admin).getByRole('button', { name: '申请删除' }).click()
  await admin.see('已申请')
  await approver.go('/settings/erasures')
  await button(approver, /批准删除/).click()
  await dialog(approver).getByText('立即删除，不能恢复').waitFor()
  await shown(approver, 'approve')
  await button(approver, '现在删除').click()
  await approver.page.getByText('已删除', { exact: true }).waitFor()
  assert.equal(await approver.page.getByText(name).count(), 0)
  await shown(approver, 'erased')
  assert.deepEqual(await past(), before, 'figures of the month behind')
  await admin.go(`/subjects/${person.subject}`)
  await admin.page.getByRole('heading', { level: 1, name: '已删除' }).waitFor()
  await admin.see('这个人的资料已经依法删除')
  for (const told of [/走访记录/, /类别/, /要求/]) assert.equal(await admin.page.getByRole('main').getByText(told).count(), 0, String(told))
  await shown(admin, 'nobody')
  await admin.go(`/subjects?area=${TOWNSHIP}`)
  await admin.page.getByRole('textbox', { name: /姓名/ }).fill(name)
  await admin.page.waitForTimeout(400)
  await admin.quiet()
  assert.equal(await admin.page.locator(`[role=row] a[href*="${person.subject}"]`).count(), 0)
})

act('a phone that had no signal brings a visit of whoever was erased: it is taken in without what it says, and the phone forgets', async () => {
  const late = await visited(one, person)
  await command(one, 'exchange')
  await command(one, 'exchange')
  for (const phone of [one, two]) {
    await command(phone, 'exchange')
    const found = await command(phone, 'search', { typed: name, offset: 0, count: 9 })
    assert.equal(found.some((other) => other.subject === person.subject), false, 'no phone has the person')
  }
  await assert.rejects(command(one, 'part', { part }), /nothing_found/, 'nor what was said')
  await admin.go(`/visits/${late}`)
  assert.equal(await admin.page.getByText(name).count(), 0, 'nor does the county say of whom it was')
  assert.equal(await admin.page.locator('table.answers').count(), 0)
})
