// 我的 by tapping, sending as the network comes back and as it is stopped, and looks that no other act comes by.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { command, PIN, Screen } from './lib/phone.mjs'
import { set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

let world, stage, screen

before(async () => {
  world = await World.begin(150)
  stage = await set(world)
  screen = await Screen.open(world, stage.one, { path: '/#/me' })
  await screen.see('字的大小')
})
after(() => world.end())

const page = () => screen.page
const size = () => page().evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize))

test('text size and language change at a tap, and are kept', async () => {
  for (const [words, pixels] of [['大', 20], ['特大', 24]]) {
    await screen.tap(words)
    assert.equal(await size(), pixels)
    await screen.shown(`mine-${pixels}`)
  }
  await page().reload()
  await screen.see('字的大小')
  assert.equal(await size(), 24)
  await screen.tap('大')
  await screen.link('今日')
  await screen.shown('today-large')
  await screen.link('我的')
  await screen.tap('标准')
  await screen.tap('English')
  await screen.see('Text size')
  // Problems and forms speak it too.
  const { pages } = await command(stage.one, 'form', { visit: stage.draft, subject: stage.person.subject })
  assert.doesNotMatch(pages[0].label, /\p{Script=Han}/u)
  await screen.tap('中文')
  await screen.see('字的大小')
})

test('解锁密码 is changed by who knows the old one, and the new one opens', async () => {
  await screen.link('换解锁密码')
  const typed = (label, digits) => page().getByLabel(label).fill(digits)
  await typed('现在的解锁密码', '111222')
  await typed('新的解锁密码', '864209')
  await typed('再输一次', '864209')
  await screen.tap('保存')
  await page().getByRole('alert').waitFor()
  await typed('现在的解锁密码', PIN)
  // A wrong try makes wait.
  for (let tries = 0; !(await page().getByText('解锁密码换好了').count()) && tries < 40; tries++) {
    const save = page().getByRole('button', { name: '保存' })
    if (await save.count()) await save.click()
    await page().waitForTimeout(500)
  }
  await screen.see('解锁密码换好了')
  await screen.shown('mine-pin-changed')
  await page().locator('.act').getByRole('button', { name: '返回' }).click()
  await screen.tap('现在锁上')
  await screen.see('请输入解锁密码')
  await screen.unlock('864209')
  await screen.see('字的大小')
})

test('what waits is sent when the network comes back, and nothing else is asked', async () => {
  await screen.link('记录')
  await screen.see('等待上传')
  await screen.signal(true)
  await page().evaluate(() => window.dispatchEvent(new Event('online')))
  await screen.see(/都传完了|没有要上传的/)
  const [first] = await command(stage.one, 'records', { filter: 'waiting', typed: '', before: null, count: 5 })
  assert.equal(first, undefined)
})

test('what is being sent can be stopped, and everything stays on the phone', async () => {
  // The county does not answer for as long as this is being looked at.
  let answer
  const held = new Promise((done) => (answer = done))
  await page().route('**/call/exchange', async (route) => {
    await held
    await route.continue()
  })
  await page().route('**/call/stop_sending', async (route) => {
    answer()
    await route.continue()
  })
  await screen.tap(/现在上传|再试一次/)
  await screen.tap('停下')
  await screen.see(/都传完了|没有要上传的|现在上传/)
  await page().unroute('**/call/exchange')
  await page().unroute('**/call/stop_sending')
})

test('今日 by group, and its words when visits have waited for more than a day', async () => {
  await screen.link('今日')
  await screen.tap('按小组')
  await page().locator('.body .group').first().waitFor()
  await screen.shownInBoth('today-by-group')
  await page().route('**/call/today_list', async (route) => {
    const answer = await route.fetch()
    const view = await answer.json()
    await route.fulfill({ json: { ...view, waiting: 3, waiting_since_ms: Date.now() - 7 * 86_400_000 } })
  })
  await screen.tap('按时间')
  await screen.see(/还有 3 次走访没传到县里，最早是/)
  await screen.shownInBoth('today-waiting-old')
  await page().unroute('**/call/today_list')
})

test('what takes longer is told by bones, and only then', async () => {
  const other = await Screen.open(world, stage.one, { path: '/#/me' })
  await other.page.route('**/call/people', async (route) => {
    await new Promise((done) => setTimeout(done, 2500))
    await route.continue()
  })
  await other.link('名单')
  await other.page.waitForTimeout(100)
  assert.equal(await other.page.locator('.bone').count(), 0, 'a short wait does not flicker')
  await other.page.locator('.bone').first().waitFor()
  await other.shown('people-bones')
  await other.page.context().close()
})

test('what waits is handed on as a file', async () => {
  await screen.signal(false)
  const person = (await command(stage.one, 'search', { typed: '何七云', offset: 0, count: 1 }))[0]
  const said = { subjects: [person.subject], reason: 'not_at_home', reason_words: null, reason_from: null, come_again: null, way: null, happened: null }
  await command(stage.one, 'not_met', said)
  await screen.link('我的')
  const [file] = await Promise.all([page().waitForEvent('download'), screen.tap('把没传的内容存成文件')])
  assert.match(file.suggestedFilename(), /\.age$/)
  const text = await readFile(await file.path(), 'utf8')
  assert.ok(text.length > 200 && !text.includes('何七云'))
})

test('a later version that the county offers is told with its size, and neither forced nor in the way of sending', async () => {
  await mkdir(`${world.data}.app`)
  await writeFile(`${world.data}.app/shanfang-9.9.9.apk`, Buffer.alloc(6_400_000))
  world.close()
  await world.open()
  /** A visit that is made by hand and sent: with its receipt. */
  const sent = async () => {
    const { visit } = await command(stage.one, 'not_met', {
      subjects: [stage.person.subject], reason: 'not_at_home', reason_words: null, reason_from: null, come_again: null, way: 'home',
      happened: null, visited_by: [], companions: [], late_reason: null,
    })
    await screen.link('记录')
    await screen.upload()
    const { state, receipt } = await command(stage.one, 'record', { visit })
    assert.equal(state, 'received')
    assert.match(receipt, /^\d{4} \d{4} \d$/)
    await screen.link('我的')
  }
  await screen.link('记录')
  await screen.signal(true)
  await sent()
  await page().reload()
  await screen.see(/有新版本 9\.9\.9（6\.4\u00a0MB），建议连 Wi-Fi 时更新/)
  await screen.see(/不更新也照样能用、能上传/)
  await screen.looked(/有新版本 9/, 'mine-later-app')
  assert.equal(await page().getByRole('dialog').count(), 0, 'nothing lies over the page')
  // It is known by now, and sending goes on as before.
  await sent()
})

test('a page makes no fault of its own', () => assert.deepEqual(screen.errors, []))
