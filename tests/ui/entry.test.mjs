// The ways into the phone: 启用码 and 备用解锁码 as they are typed, the lock and the back key, and whom to ring
// without getting in at all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk } from './lib/console.mjs'
import { command, PIN, Screen, withCheck } from './lib/phone.mjs'
import { World } from './lib/world.mjs'

const SIZES = ['usual', 'largest']
let world, screen

before(async () => {
  world = await World.begin(150)
  screen = await Screen.open(world, await world.phone('one'))
  await screen.enrol(await world.sheet('董正雄'))
})
after(() => world.end())

const shown = (one, name) => one.shown(`entry-${name}`)

/** A digit of a code is another one. */
const other = (code, at) => code.slice(0, at) + ((Number(code[at]) + 1) % 10) + code.slice(at + 1)

/** Every digit that was typed can be seen: nothing of it lies outside the field. */
async function allSeen(one, label, digits) {
  const field = one.page.getByLabel(label)
  const seen = await field.evaluate((at) => ({
    value: at.value, wide: at.scrollWidth <= at.clientWidth + 1, high: at.scrollHeight <= at.clientHeight + 1,
  }))
  assert.deepEqual(seen, { value: digits.replace(/(\d{4})(?=\d)/g, '$1 '), wide: true, high: true })
}

test('one wrong digit of a 启用码 is told in the first step, without signal, and mended where it stands', async () => {
  const code = (await world.sheet('段树龙')).replace(/\D/g, '')
  const phone = await world.phone('two')
  await fetch(`${phone.url}/signal`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"on":false}' })
  for (const size of SIZES) {
    const two = await Screen.open(world, phone, { size })
    const field = two.page.getByLabel('启用码')
    await field.pressSequentially(other(code, 9))
    await two.see(/启用码是 16 位数字，输入的不对/)
    assert.ok(await two.page.getByRole('button', { name: '下一步' }).isDisabled())
    await allSeen(two, '启用码', other(code, 9))
    await shown(two, `code-mistyped-${size}`)
    // Behind the tenth digit, of which two groups and two spaces come before.
    await field.evaluate((at) => at.setSelectionRange(12, 12))
    await two.page.keyboard.press('Backspace')
    await two.page.keyboard.type(code[9])
    await allSeen(two, '启用码', code)
    assert.equal(await two.page.getByRole('alert').count(), 0)
    await two.tap('下一步')
    await two.see('给这部手机设一个解锁密码')
    await two.page.context().close()
  }
})

test('a code that the county refuses can be mended: the password that was typed is still there', async () => {
  const code = (await world.sheet('段树龙')).replace(/\D/g, '')
  const phone = await world.phone('three')
  const three = await Screen.open(world, phone)
  const refused = await withCheck(phone, other(code.slice(0, 15), 8))
  await three.type(refused)
  await three.see('启用码不对，请对照纸上的数字再输一次')
  await allSeen(three, '启用码', refused)
  await shown(three, 'code-refused')
  await three.page.getByLabel('启用码').fill(code)
  assert.equal(await three.page.getByRole('alert').count(), 0, 'what was said is of the other code')
  await three.tap('下一步')
  assert.equal(await three.page.getByLabel('再输一次').inputValue(), PIN)
  await three.tap('启用')
  await three.see('核对县里的 6 位数')
})

test('whoever leaves before the six digits were compared comes back to them, and nothing was downloaded', async () => {
  const phone = await world.phone('four')
  const four = await Screen.open(world, phone)
  await four.type(await world.sheet('段树龙'))
  await four.see('核对县里的 6 位数')
  const digits = await four.page.locator('.fingerprint').innerText()
  await four.shownInBoth('entry-compare')
  await four.page.goto('about:blank')
  await four.page.goto(phone.url)
  await four.see('核对县里的 6 位数')
  await four.page.waitForFunction((wanted) => document.querySelector('.fingerprint').innerText === wanted, digits)
  assert.equal((await command(phone, 'me')).heard_ms, null)
  await four.tap('不一样')
  await four.shown('entry-not-same')
  await four.page.reload()
  // The county answers only when it was looked at.
  let answer
  const held = new Promise((done) => (answer = done))
  await four.page.route('**/call/exchange', (route) => held.then(() => route.continue()))
  await four.tap('一样，下载名单')
  await four.see(/已下载|先开始用/)
  await four.shownInBoth('entry-download')
  answer()
  await four.see('应走访')
  await four.page.context().close()
})

test('a 备用解锁码 is seen whole, and one wrong digit of it is told at once and costs no try', async () => {
  const digits = await withCheck(screen.phone, '1234567890123456789', 'recovery')
  await command(screen.phone, 'lock')
  for (const size of SIZES) {
    const locked = await Screen.open(world, screen.phone, { size })
    await locked.tap('忘记密码')
    await locked.page.getByLabel('备用解锁码').pressSequentially(other(digits, 3))
    await locked.see(/备用解锁码是 20 位数字，输入的不对/)
    await shown(locked, `recovery-mistyped-${size}`)
    await locked.page.getByLabel('备用解锁码').fill(digits)
    assert.equal(await locked.page.getByRole('alert').count(), 0)
    await allSeen(locked, '备用解锁码', digits)
    await shown(locked, `recovery-${size}`)
    assert.equal((await command(screen.phone, 'status')).wait_s, 0)
    await locked.page.context().close()
  }
  await command(screen.phone, 'unlock', { pin: PIN })
})

/** The back key, and time for what it might do. */
async function backKey(one) {
  await one.page.evaluate(() => history.back())
  await one.page.waitForTimeout(300)
}

test('the back key shows no page behind the lock, and unlocking returns to where one was', async () => {
  await screen.page.goto(`${screen.phone.url}/?lock#/today`)
  await screen.link('名单')
  await screen.page.getByRole('searchbox').fill('李润珍')
  await screen.row('李润珍')
  await screen.see('要做什么')
  const place = screen.page.url()
  await screen.away()
  for (let turn = 0; turn < 3; turn++) {
    await backKey(screen)
    await screen.see('请输入解锁密码')
    assert.equal(screen.page.url(), place)
    assert.doesNotMatch(await screen.page.locator('body').innerText(), /李润珍/)
  }
  // What lies over the lock is closed by it all the same.
  await screen.tap('紧急')
  await screen.see('没有解锁也可以写')
  await backKey(screen)
  await screen.see('请输入解锁密码')
  await screen.tap('忘记密码')
  await backKey(screen)
  await screen.see('请输入解锁密码')
  await screen.unlock()
  await screen.see('要做什么')
  assert.equal(screen.page.url(), place)
  await backKey(screen)
  assert.equal(await screen.page.getByRole('searchbox').inputValue(), '李润珍', 'then it leaves the page')
})

test('a reload in the middle of a form, or the app killed there, comes back to the same page of it', async () => {
  const progress = (page) => screen.see(new RegExp(`第 ${page} 页，共`))
  await screen.link('名单')
  await screen.page.getByRole('searchbox').fill('张娣')
  await screen.visit('张娣')
  await progress(1)
  await screen.tap('下一页')
  await screen.tap('下一页')
  await progress(3)
  await screen.page.reload()
  await progress(3)
  // The arrow and the back key still leave the form: its pages are no places of their own.
  await screen.tap('上一页')
  await progress(2)
  await backKey(screen)
  await screen.see('走访时间：')
  await screen.page.goForward()
  await progress(2)
  await command(screen.phone, 'lock')
  await screen.page.reload()
  await screen.unlock()
  await progress(2)
  // Android ends the app; it is opened anew, at no place, and is locked.
  await command(screen.phone, 'lock')
  const before = await screen.page.evaluate(() => history.length)
  await screen.page.goto(`${screen.phone.url}/?anew`)
  await screen.unlock()
  await progress(2)
  await shown(screen, 'form-after-kill')
  assert.equal(await screen.page.evaluate(() => history.length), before + 3, 'the visit and 今日 are behind it')
  await backKey(screen)
  await screen.see('走访时间：')
  await screen.page.goForward()
  await progress(2)
  await screen.tap('返回')
  await screen.see('走访时间：')
  await screen.tap('返回')
  await screen.see('应走访')
  // Left is left.
  await screen.page.goto(`${screen.phone.url}/?once-more`)
  await screen.see('应走访')
  await screen.link('名单')
  await screen.page.getByRole('searchbox').fill('李润珍')
})

test('what lay over a page is covered by the lock too, and is there afterwards', async () => {
  await screen.row('李润珍')
  await screen.tap(/(更正|补充) 本人/)
  await screen.page.getByRole('dialog').getByRole('textbox').fill('10712340000')
  await screen.away()
  assert.equal(await screen.page.getByRole('dialog').count(), 0, 'nobody reads on over the lock')
  await shown(screen, 'locked-over-a-sheet')
  await backKey(screen)
  await screen.unlock()
  assert.equal(await screen.page.getByRole('dialog').getByRole('textbox').inputValue(), '10712340000')
  await backKey(screen)
  await screen.page.getByRole('dialog').waitFor({ state: 'hidden' })
  await screen.see('要做什么')
})

test('whom to ring is known while the phone is locked, and without signal', async () => {
  const { people: helpers } = await command(screen.phone, 'helpers')
  assert.ok(helpers.some((one) => one.role === 'child_supervisor'), 'the seeded county has one for the township')
  await screen.away()
  await screen.signal(false)
  await screen.tap('紧急')
  const calls = async (one) => one.page.locator('.body a').evaluateAll((all) => all.filter((at) => at.getClientRects().length).map((at) => at.getAttribute('href')))
  const lines = ['tel:12345', 'tel:12355', 'tel:12338', 'tel:12309', 'tel:12348']
  const near = helpers.map((one) => `tel:${one.phone}`)
  /** What stands in the open names nobody. */
  const unnamed = async () => {
    await screen.see(`儿童督导员 · ${helpers[0].area_name}`)
    const body = await screen.page.innerText('body')
    assert.deepEqual(helpers.filter((one) => body.includes(one.name)), [])
  }
  assert.deepEqual(await calls(screen), ['tel:110', 'tel:120', ...near, ...lines])
  await unnamed()
  await shown(screen, 'urgent-locked')
  // The app was ended, and begins anew: nobody has unlocked it since.
  const cold = await Screen.open(world, screen.phone)
  await cold.tap('紧急')
  assert.deepEqual(await calls(cold), ['tel:110', 'tel:120', ...near, ...lines])
  await cold.page.context().close()
  await screen.tap('返回')
  // Who has forgotten the password rings the same people.
  await screen.tap('忘记密码')
  assert.deepEqual(await calls(screen), near)
  await unnamed()
  await screen.shownInBoth('entry-password-forgotten')
  await screen.tap('想起来了，用密码')
  await screen.signal(true)
  await screen.unlock()
  for (const size of SIZES) {
    const one = await Screen.open(world, screen.phone, { size, path: '/#/today' })
    await one.see('应走访')
    await one.link('紧急')
    await shown(one, `urgent-${size}`)
    await one.page.context().close()
  }
})

test('a forgotten password: the township reads out the code, the phone opens with it without signal, and the code is replaced', async () => {
  const desk = await Desk.as(world, await account(world, '乡镇站长', 'wangax', '功果桥镇'))
  /** The code of this phone, as the township reads it out. */
  async function readOut() {
    await desk.page.getByRole('navigation').getByRole('link', { name: '今天要办' }).click()
    await desk.page.getByRole('navigation').getByRole('link', { name: '手机' }).click()
    await desk.page.getByRole('button', { name: '查看 董正雄' }).click()
    const drawer = desk.page.getByRole('dialog', { name: '董正雄的手机' })
    await drawer.getByRole('button', { name: '备用解锁码' }).click()
    const asked = drawer.getByRole('alertdialog', { name: '备用解锁码' })
    await asked.getByText('核对是本人以后在电话里念给他听').waitFor()
    await asked.getByRole('button', { name: '备用解锁码' }).click()
    const code = await drawer.locator('.code').innerText()
    await desk.picture('entry-console-recovery')
    await desk.page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'hidden' })
    return code.replace(/\D/g, '')
  }
  const NEW = '864209'
  const code = await readOut()
  assert.equal(code.length, 20)
  assert.equal(await readOut(), code, 'the same until it is used')
  await screen.away()
  await screen.signal(false)
  await screen.tap('忘记密码')
  await screen.page.getByLabel('备用解锁码').fill(code)
  await screen.page.getByLabel('新的解锁密码').fill(NEW)
  await screen.page.getByLabel('再输一次').fill(NEW)
  await screen.shownInBoth('entry-recovery-typed')
  await screen.tap('打开并换密码')
  await screen.see('要做什么')
  await screen.away()
  await screen.unlock()
  await screen.see('解锁密码不对')
  await screen.unlock(NEW)
  await screen.see('要做什么')
  assert.equal(await readOut(), code, 'the county has heard nothing yet')
  await screen.signal(true)
  await screen.go('/records')
  await screen.upload()
  const next = await readOut()
  assert.equal(next.length, 20)
  assert.notEqual(next, code)
  // What was used opens nothing any more; what replaced it does.
  await command(screen.phone, 'lock')
  await assert.rejects(command(screen.phone, 'unlock_recovery', { code, new_pin: PIN }), /recovery_code_wrong|recovery_code_used/)
  await command(screen.phone, 'unlock_recovery', { code: next, new_pin: PIN })
  assert.deepEqual(desk.errors, [])
})

test('a page makes no fault of its own', () => assert.deepEqual(screen.errors, []))
