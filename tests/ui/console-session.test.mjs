// A session ends in the middle of a decision, by clicking on the real server: the cover asks the password, what was
// typed is still there, what was being sent goes on, and it can be taken back afterwards.
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { story } from './lib/acts.mjs'
import { account, Desk, PASSWORD } from './lib/console.mjs'
import { set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

const NAME = '杨四妹'
const [FIRST, SECOND] = ['10711112222', '10733334444']
let world, desk

before(async () => {
  world = await World.begin(150)
  await set(world)
  desk = await Desk.as(world, await account(world, '县审核员', 'shanyy'))
  // The time of the page is the test's: an idle half hour passes in a moment.
  await desk.page.clock.install()
})
after(() => world.end())

const act = story('console-session', () => [desk])
const item = () => desk.page.locator('.list li', { hasText: NAME })
const typed = () => desk.page.getByRole('textbox', { name: '都不对，重新填' })
const cover = () => desk.page.getByRole('dialog', { name: '已锁上' })
const telephone = () => desk.page.evaluate(async (name) => {
  const { items } = await (await fetch('/api/waiting')).json()
  return items.filter((one) => one.people.includes(name) && one.reason === 'contested').length
}, NAME)

/** Until so many wait: what was sent takes a while to be written. */
async function waits(count, why) {
  for (let turn = 0; turn < 50 && (await telephone()) !== count; turn++) await new Promise((go) => setTimeout(go, 100))
  assert.equal(await telephone(), count, why)
}

async function begin(words) {
  await desk.go('/waiting')
  await item().first().click()
  await desk.page.getByRole('heading', { name: NAME }).waitFor()
  await desk.page.getByRole('button', { name: '都不对，重新填 (0)' }).click()
  await typed().fill(words)
}
async function unlock() {
  await cover().getByLabel('密码', { exact: true }).fill(PASSWORD)
  await cover().locator('form button[type=submit]').click()
  await cover().waitFor({ state: 'detached' })
}
/** The session is gone at the county, and this page does not know. */
const ended = () => desk.page.evaluate(async () => {
  const { proof } = await (await fetch('/api/session')).json()
  return (await fetch('/api/session', { method: 'DELETE', headers: { 'x-request-proof': proof } })).status
})
async function undone(words) {
  const { page } = desk
  await desk.press('已处理')
  const line = page.locator('.past tbody tr', { hasText: NAME }).filter({ has: page.getByRole('button', { name: '撤销' }) })
  await line.first().getByRole('button', { name: '撤销' }).click()
  await page.getByRole('dialog').getByLabel('为什么撤销').fill(words)
  await page.getByRole('dialog').getByRole('button', { name: '撤销' }).click()
  await desk.see('1 条回到待处理')
  await page.locator('.tabs').first().getByRole('button', { name: '待处理' }).click()
  await desk.quiet()
  await item().first().waitFor()
  await waits(1, 'it waits again')
}

act('each side says what its author had seen', async () => {
  const { page } = desk
  await desk.go('/waiting')
  await item().first().click()
  const sides = page.locator('.side')
  await sides.nth(1).waitFor()
  for (const side of await sides.allInnerTexts()) assert.match(side, /当时看到的是：1\d{10}|当时还没有填/)
  await desk.picture('desk-contested')
  assert.deepEqual(await desk.faults('contested'), [])
})

act('locked after a while without use: what was typed is there after the password, and is decided', async () => {
  await begin(FIRST)
  await desk.page.clock.fastForward('40:00')
  await cover().waitFor()
  await desk.see('页面上填的都还在')
  await desk.picture('desk-contested-locked')
  const shows = await desk.page.evaluate((words) => document.elementFromPoint(700, 400)?.closest('.cover') !== null && !document.querySelector('.cover').innerText.includes(words), FIRST)
  assert.ok(shows, 'nothing is read through the cover')
  await unlock()
  assert.equal(await typed().inputValue(), FIRST)
  await desk.press('保存')
  await desk.see(`用“${FIRST}”`)
  await desk.press('现在送出')
  await waits(0, 'decided')
  await undone('再问一问')
})

act('ended at the county while it was typed: the word that is sent waits for the password and goes on', async () => {
  await begin(SECOND)
  assert.equal(await ended(), 200)
  assert.equal(await typed().inputValue(), SECOND)
  await desk.press('保存')
  await cover().waitFor()
  await desk.see('登录已到期')
  await cover().getByLabel('密码', { exact: true }).fill('not this')
  await cover().locator('form button[type=submit]').click()
  await desk.see('登录名或密码不对')
  await unlock()
  await desk.press('现在送出')
  await waits(0, 'what was being sent went on')
  assert.equal(await item().count(), 0)
  await undone('还是再问一问')
})

act('ended at the county before anything was sent: the page keeps what is typed', async () => {
  await begin(SECOND)
  assert.equal(await ended(), 200)
  // Somebody has typed since it was last said: the page tells the county that they are here, and hears of it.
  await desk.page.clock.fastForward('12:00')
  await cover().waitFor()
  await unlock()
  assert.equal(await typed().inputValue(), SECOND)
  await desk.press('保存')
  await desk.press('现在送出')
  await waits(0, 'decided')
  await undone('最后一次')
  assert.deepEqual(desk.errors, [])
})
