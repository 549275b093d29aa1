// 紧急, by clicking: reported on the phone, open and locked, with and without signal; loud at the county until
// somebody who may has read it; the phone says who.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk, SMALL } from './lib/console.mjs'
import { command, Screen } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const WORDS = '孩子手臂上有几块青的，说是爸爸打的'
let world, phone, screen, who, reviewer, reader, locked

before(async () => {
  world = await World.begin(600)
  phone = await world.phone('one')
  screen = await Screen.open(world, phone)
  await screen.enrol(await world.sheet('董正雄'))
  who = await account(world, '县审核员', 'shencha')
  reviewer = await Desk.as(world, who)
  reader = await Desk.as(world, await account(world, '县管理员', 'guanli'))
  locked = await Desk.as(world, who)
  // The time of the page is the test's: an idle evening passes in a moment.
  await locked.page.clock.install()
})
after(() => world.end())

const cover = () => locked.page.getByRole('dialog', { name: '已锁上' })

test('every page has 紧急 in its head, and a number that nobody has filled in is said', async () => {
  const { people: [{ subject }] } = await command(phone, 'today_list', { order: 'time', offset: 0, count: 1 })
  for (const path of ['/today', '/people', '/records', '/me', '/register', '/news', `/history/${subject}`]) {
    await screen.go(path)
    await screen.quiet()
    await screen.page.locator('.head a.urgent:visible').first().waitFor()
  }
  await screen.go('/me')
  await screen.see('派出所电话还没有填，请问乡镇')
  await screen.shownInBoth('me-no-police')
  await screen.go('/records')
  await screen.shownInBoth('records-urgent')
  await screen.go('/today')
})

test('a report is sent before everything else and is loud at the county, for those who may', async () => {
  // Somebody has left this desk for the evening.
  await locked.go('/coverage')
  await locked.see('走访情况')
  await locked.page.clock.fastForward('40:00')
  await cover().waitFor()
  await locked.quiet()
  assert.doesNotMatch(await locked.page.title(), /紧急/)
  await screen.link('紧急')
  assert.equal(await screen.page.locator('a[href="tel:12309"]').filter({ visible: true }).count(), 1)
  await screen.page.getByLabel('谁').first().fill('李小花')
  await screen.page.getByLabel('看到什么').first().fill(WORDS)
  await screen.page.locator('a.first').first().evaluate((link) => link.addEventListener('click', (event) => event.preventDefault()))
  await screen.page.locator('a.first').first().click()
  await screen.see('打过 110')
  await screen.tap('记下')
  await screen.shownInBoth('urgent-written')
  await screen.tap('存在手机里')
  await screen.see('已存在手机里')
  await screen.see('县里已收到，还没有人看')
  await screen.shownInBoth('urgent-received')

  await locked.page.clock.fastForward('01:00')
  await cover().getByText('紧急：有 1 件还没有人看').waitFor()
  assert.match(await locked.page.title(), /^（1）紧急/)
  const told = await locked.page.evaluate(async () => [await (await fetch('/api/urgent/unread')).json(), (await fetch('/api/urgent')).status])
  assert.deepEqual(told, [{ count: 1 }, 401], 'the number, and nothing but the number')
  await locked.picture('desk-urgent-locked')
  assert.deepEqual(await locked.faults('urgent-locked'), [])

  await reviewer.go('/coverage')
  await reviewer.see('紧急：有 1 件还没有人看')
  assert.match(await reviewer.page.title(), /^（1）紧急/)
  await reviewer.quiet()
  await reviewer.picture('desk-urgent-alarm')
  assert.deepEqual(await reviewer.faults('urgent-alarm'), [])
  await reader.go('/coverage')
  await reader.quiet()
  assert.equal(await reader.page.getByText('紧急').count(), 0, 'nobody else hears of it')
  await reader.go('/urgent')
  await reader.see('您的职责里没有这一项')
})

test('whoever reads it is logged, and the phone says who and when', async () => {
  const { page } = reviewer
  await page.getByRole('link', { name: '去看' }).click()
  await reviewer.see('只有县审核员')
  assert.equal(await page.getByText(WORDS).count(), 0, 'the list says nothing of what it says')
  await page.getByRole('button', { name: '打开看' }).click()
  await reviewer.see(WORDS)
  await page.getByText('有 1 件还没有人看').waitFor({ state: 'hidden' })
  await locked.page.clock.fastForward('01:00')
  await cover().getByText('紧急：有').waitFor({ state: 'detached' })
  assert.doesNotMatch(await locked.page.title(), /紧急/)
  await page.getByLabel('记一次电话').fill('功果桥派出所 14:20')
  await page.getByRole('button', { name: '记下' }).click()
  await reviewer.see('功果桥派出所 14:20（')
  await reviewer.quiet()
  await reviewer.picture('desk-urgent')
  assert.deepEqual(await reviewer.faults('urgent'), [])
  for (const [name, look] of [['small', { size: SMALL }], ['dark', { dark: true }]]) {
    const other = await Desk.as(world, who, look)
    await other.go('/urgent')
    await other.page.getByRole('button', { name: '再看' }).click()
    await other.see(WORDS)
    await other.quiet()
    await other.picture(`desk-urgent-${name}`)
    assert.deepEqual(await other.faults(`urgent-${name}`), [])
    await other.page.context().close()
  }

  await screen.tap('现在上传')
  await screen.see('县里已看到：')
  await screen.tap('再记一次电话')
  await screen.page.getByLabel('打给谁').first().fill('派出所 15:00')
  await screen.tap('记下')
  await screen.see('派出所 15:00')
  await screen.shownInBoth('urgent-read')
})

test('a locked phone takes a report in, shows nothing, and sends it sealed', async () => {
  await screen.away()
  await screen.signal(false)
  await screen.tap('紧急')
  const typed = () => screen.page.getByLabel('看到什么').filter({ visible: true })
  await typed().fill('老人摔倒了，叫不醒')
  await screen.shownInBoth('urgent-locked-written')
  // Neither the arrow nor the back key throws away what was typed; it lies on no disk.
  for (const back of [() => screen.tap('返回'), () => screen.page.goBack()]) {
    await back()
    await screen.see('请输入解锁密码')
    await screen.tap('紧急')
    assert.equal(await typed().inputValue(), '老人摔倒了，叫不醒')
  }
  const stored = await screen.page.evaluate(() => JSON.stringify(Object.entries(localStorage)))
  assert.ok(!stored.includes('叫不醒'))
  await screen.tap('存在手机里')
  await screen.see('还没有传到县里')
  const seen = await screen.page.getByText('叫不醒').evaluateAll((all) => all.map((one) => one.outerHTML))
  assert.deepEqual(seen, [], 'it only takes in')
  assert.equal(await screen.page.getByText('我报过的').filter({ visible: true }).count(), 0)
  await screen.shownInBoth('urgent-locked-kept')
  await screen.tap('返回')
  await screen.tap('紧急')
  await screen.see('有 1 份封存在手机里')
  assert.equal(await typed().inputValue(), '')
  await screen.shownInBoth('urgent-locked-again')
  await screen.signal(true)
  await screen.tap('返回')
  await screen.tap('紧急')
  await screen.see('没解锁时写的 1 份，县里已收到')
  const state = await command(phone, 'urgent_locked_reports')
  assert.deepEqual(state, { waiting: 0, received: 1 })
  await reviewer.go('/urgent')
  await reviewer.page.getByRole('button', { name: '打开看' }).first().click()
  await reviewer.see('手机没有解锁时写的')
  await reviewer.see('叫不醒')
  await reviewer.quiet()
  await reviewer.picture('desk-urgent-unsigned')
  await screen.tap('返回')
  await screen.unlock()
  // Back on the page that lay under the lock, where it stands among the others now.
  await screen.see('叫不醒')
  await screen.see('县里已看到：')
})

test('nothing of it is required, and it stands in no list', async () => {
  await screen.tap('再写一条')
  await screen.page.getByLabel('在哪里').fill('下坝村桥头')
  await screen.tap('存在手机里')
  await screen.see('已存在手机里')
  // Also with nothing at all: somebody has only this one second.
  await screen.tap('再写一条')
  await screen.tap('存在手机里')
  await screen.see('（没有写内容）')
  await screen.quiet()
  for (const filter of ['all', 'waiting', 'attention']) {
    assert.deepEqual(await command(phone, 'records', { filter, typed: '', before: null, count: 50 }), [], filter)
  }
  assert.deepEqual(await command(phone, 'news'), [])
  for (const path of ['/waiting', '/concerns', '/today', '/coverage']) {
    await reviewer.go(path)
    await reviewer.quiet()
    assert.equal(await reviewer.page.getByText(/下坝村桥头|叫不醒/).count(), 0, path)
  }
})

test('whoever works in two townships may say in which it was, or nothing: then both have it', async () => {
  await screen.tap('再写一条')
  assert.equal(await screen.page.getByText('在哪个乡镇').count(), 0, 'of one there is nothing to ask')
  await world.cli('staff', 'assign', '董正雄', '协理员', '诺邓镇')
  await command(phone, 'exchange')
  await screen.page.reload()
  await screen.see('在哪个乡镇')
  await screen.tap('诺邓镇')
  await screen.page.getByLabel('看到什么').filter({ visible: true }).fill('桥头有人晕倒')
  await screen.shownInBoth('urgent-township')
  await screen.tap('存在手机里')
  await screen.tap('再写一条')
  await screen.see('在哪个乡镇')
  const before = (await command(phone, 'urgent_reports')).length
  await screen.tap('存在手机里')
  await screen.see('已存在手机里')
  assert.equal((await command(phone, 'urgent_reports')).length, before + 1)
  const waiting = async () => (await command(phone, 'urgent_reports')).filter((one) => !one.received).length
  for (let turn = 0; turn < 50 && (await waiting()) > 0; turn++) await new Promise((go) => setTimeout(go, 100))
  assert.equal(await waiting(), 0)
  const there = await Desk.as(world, await account(world, '儿童督导员', 'nuodeng', '诺邓镇'))
  await there.go('/urgent')
  await there.quiet()
  await there.page.locator('tbody tr').nth(1).waitFor()
  const rows = await there.page.locator('tbody tr').allInnerTexts()
  assert.equal(rows.length, 2, rows.join())
  assert.ok(rows.some((row) => row.includes('诺邓镇') && /诺邓镇、|、诺邓镇/.test(row)), rows.join())
  await there.picture('desk-urgent-two-townships')
})
