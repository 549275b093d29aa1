// 撤销, by clicking on the real server: a visit that is set aside is dismissed, taken back, and waits again; its
// worker's phone hears of both.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk } from './lib/console.mjs'
import { command } from './lib/phone.mjs'
import { away } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

let world, desk, phone, name

before(async () => {
  world = await World.begin(600)
  const made = await away(world)
  phone = made.phone
  name = made.person.name
  desk = await Desk.as(world, await account(world, '县审核员', 'shanyy'))
})
after(() => world.end())

const rows = () => desk.page.locator('.list li', { hasText: name })
const state = async () => {
  await command(phone, 'exchange')
  const [record] = await command(phone, 'records', { filter: 'all', typed: '', before: null, count: 1 })
  return record
}

test('what was dismissed is taken back with a reason, and waits again', async () => {
  const { page } = desk
  const waits = await state()
  assert.equal(waits.state_zh, '没能收下')
  await desk.go('/waiting')
  await rows().first().click()
  await page.getByRole('heading', { name }).waitFor()
  await page.getByLabel('理由').fill('那天没有去过')
  await desk.press('不采用')
  await desk.press('现在送出')
  await page.waitForFunction((name) => ![...document.querySelectorAll('.list li')].some((one) => one.innerText.includes(name)), name)
  await desk.quiet()
  assert.ok((await state()).problems.some((one) => one.code === 'not_adopted'), 'the phone is told why')

  await desk.press('已处理')
  const line = page.locator('.past tbody tr', { hasText: name })
  await line.getByText('那天没有去过').waitFor()
  await desk.quiet()
  await desk.picture('desk-decided')
  assert.deepEqual(await desk.faults('decided'), [])
  // By keyboard, from the row to the end.
  await line.getByRole('button', { name: '撤销' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('这个决定').waitFor()
  const sure = dialog.getByRole('button', { name: '撤销' })
  assert.ok(await sure.isDisabled(), 'not without a reason')
  await dialog.getByLabel('为什么撤销').focus()
  await page.keyboard.type('看错了人')
  await page.waitForTimeout(300)
  await desk.picture('desk-decided-undo')
  assert.deepEqual(await desk.faults('decided-undo'), [])
  await sure.focus()
  await page.keyboard.press('Enter')
  await desk.see('回到待处理')
  await line.getByText('看错了人').waitFor()
  assert.equal(await line.getByRole('button').count(), 0, 'once')
  await desk.quiet()
  await desk.picture('desk-decided-undone')
  assert.deepEqual(await desk.faults('decided-undone'), [])

  await page.locator('.tabs').first().getByRole('button', { name: '待处理' }).click()
  await rows().first().waitFor()
  assert.deepEqual((await state()).problems, waits.problems, 'its phone shows what it showed at first')
  assert.deepEqual(desk.errors, [])
})
