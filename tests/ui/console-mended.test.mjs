// What goes wrong quietly at a desk, by clicking on the real server: a value that cannot be, a day that is not to
// be had, a list printed before it is there, codes that would be lost, another window, a newer console.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { account, Desk, PASSWORD } from './lib/console.mjs'
import { command } from './lib/phone.mjs'
import { away, set } from './lib/stage.mjs'
import { World } from './lib/world.mjs'

const NAME = '杨四妹'
let world, desk, gone, who

before(async () => {
  world = await World.begin(600)
  await set(world)
  gone = await away(world)
  await command(gone.phone, 'exchange')
  who = { reviewer: await account(world, '县审核员', 'shanyy'), admin: await account(world, '县管理员', 'yangyq') }
  desk = await Desk.as(world, who.reviewer)
})
after(() => world.end())

const item = (name) => desk.page.locator('.list li', { hasText: name })
const ask = (path) => desk.page.evaluate(async (of) => (await fetch(of)).json(), path)
const header = () => desk.page.locator('header.header')
/** Until it is so. */
async function until(so, why) {
  for (let turn = 0; turn < 60 && !(await so()); turn++) await new Promise((go) => setTimeout(go, 100))
  assert.ok(await so(), why)
}
const shown = (name, more) => desk.shown(`mended-${name}`, more)

test('a telephone that is none is told under its field before anything waits to be sent', async () => {
  const { page } = desk
  await desk.go('/waiting?reason=contested')
  await item(NAME).first().click()
  await page.getByRole('button', { name: '都不对，重新填 (0)' }).click()
  const field = page.getByRole('textbox', { name: '都不对，重新填' })
  await field.fill('abc😀')
  await desk.press('保存')
  await page.locator('.wrong', { hasText: '不是电话号码' }).waitFor()
  assert.equal(await page.locator('.held').count(), 0, 'nothing waits to be sent')
  assert.equal(await field.inputValue(), 'abc😀', 'what was typed stays')
  await shown('contested-wrong')
})

test('one of the sides is chosen, and 已处理 says which', async () => {
  const { page } = desk
  await desk.go('/waiting?reason=contested')
  await item(NAME).first().click()
  await page.locator('.side').nth(1).waitFor()
  const value = await page.locator('.side .value').nth(1).innerText()
  await page.getByRole('button', { name: '用这一个 (2)' }).click()
  await desk.press('现在送出')
  await until(async () => (await ask('/api/waiting?reason=contested')).items.every((one) => !one.people.includes(NAME)), 'decided')
  await desk.press('已处理')
  await page.locator('.past tbody tr', { hasText: NAME }).getByText(`本人电话用“${value}”`).waitFor()
  await shown('decided-value')
})

test('a coded field offers its choices, a time a day and a part of it; nothing is offered where nothing can be typed', async () => {
  const { page } = desk
  const takes = (field, taken, choices = []) => ({ field, zh: { way: '怎么见的', happened: '走访时间', village: '村' }[field], en: field, taken, choices, longest: 500 })
  const choices = [['home', '上门'], ['elsewhere', '在别处见面'], ['phone', '电话'], ['video', '视频']].map(([code, zh]) => ({ code, zh, en: code }))
  const shapes = { way: [takes('way', 'choice', choices), 'home', 'phone'], happened: [takes('happened', 'time'), '2026-11-20T00:00/2026-11-20T12:00', '2026-11-21T00:00/2026-11-21T12:00'], village: [takes('village', 'standing'), 1, 2] }
  const items = Object.keys(shapes).map((field, index) => ({ handle: `${index}a`, reason: 'contested', why: '', why_en: '', kind: 'visit', record: `${index}a`, field, area: 532929000000, area_name: '果郎社区', author: '张玉娅', day: '2026-11-20', people: [`第${index}人`], arrived_ms: Date.now(), kept: null }))
  const posted = []
  await page.route('**/api/waiting?**', (route) => route.fulfill({ json: { items, awaiting: 0 } }))
  await page.route('**/api/waiting/*', (route) => {
    if (route.request().method() === 'POST') {
      posted.push(route.request().postDataJSON())
      return route.fulfill({ json: { decided: 1 } })
    }
    const { field } = items.find((one) => route.request().url().endsWith(one.handle))
    const [takes, ...values] = shapes[field]
    const sides = values.map((value, index) => ({ field, number: index + 1, value, by: '张玉娅', at_ms: Date.now(), saw: [] }))
    return route.fulfill({ json: { items: [], fields: [], questions: [], questions_en: [], kept_bytes: null, sides, takes: [takes], seen: {}, words: [], names: {} } })
  })
  await desk.go('/waiting')
  await page.getByRole('heading', { name: '怎么见的' }).waitFor()
  await page.keyboard.press('0')
  assert.deepEqual(await page.getByRole('radio').evaluateAll((all) => all.map((one) => one.closest('label').innerText.trim())), ['上门', '在别处见面', '电话', '视频'])
  assert.ok(await page.getByRole('button', { name: '保存' }).isDisabled(), 'not without a choice')
  await page.locator('.el-radio', { hasText: '视频' }).click()
  await shown('contested-choices')
  await desk.press('保存')
  await desk.see('怎么见的：用“视频”')
  await desk.press('撤回 (Z)')
  await item('第1人').click()
  await page.getByRole('heading', { name: '走访时间' }).waitFor()
  await page.getByRole('button', { name: '都不对，重新填 (0)' }).click()
  const day = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10)
  await page.locator('.detail .day-field input').fill(day)
  await page.locator('.detail .day-field input').press('Enter')
  await shown('contested-time')
  await desk.press('保存')
  await desk.see(/走访时间：用“.*上午”/)
  assert.equal(posted.at(-1).value, `${day}T00:00/${day}T12:00`)
  assert.ok(posted.every((one) => one.only_asked))
  await desk.press('撤回 (Z)')
  await item('第2人').click()
  await page.getByRole('heading', { name: '· 村' }).waitFor()
  assert.equal(await page.getByRole('button', { name: /^都不对/ }).count(), 0)
  await page.unroute('**/api/waiting?**')
  await page.unroute('**/api/waiting/*')
})

test('what was set aside is taken in on the real server', async () => {
  const { page } = desk
  await desk.go('/waiting')
  const before = (await ask('/api/waiting')).items.length
  assert.ok(before > 0)
  await item(gone.person.name).first().click()
  await page.getByRole('button', { name: '收下', exact: true }).waitFor()
  await shown('set-aside')
  await desk.press('收下')
  await desk.press('现在送出')
  await until(async () => (await ask('/api/waiting')).items.length < before, 'it no longer waits')
  await desk.press('已处理')
  await page.locator('.past tbody tr', { hasText: gone.person.name }).getByText('收下').waitFor()
})

test('a day that is not to be had is refused in a sentence, and never shown over figures of another', async () => {
  const { page } = desk
  await desk.go('/coverage?duty=elder_monthly')
  const field = header().locator('.day input')
  const today = await field.inputValue()
  for (const typed of ['2099-01-01', '1800-01-01', 'abcd', '2026-02-30', '2025-11-31', '2025-02-29', '26-02-09']) {
    for (const leave of [() => field.press('Enter'), () => field.press('Tab'), () => field.blur()]) {
      await field.fill('')
      await field.pressSequentially(typed)
      await leave()
      await header().getByRole('alert').waitFor()
      // However long the machine takes to look at it again.
      await page.waitForTimeout(350)
      assert.equal(await field.inputValue(), today, typed)
      assert.ok(!page.url().includes('as_of'), typed)
    }
  }
  await field.fill('2099-01-01')
  await field.press('Enter')
  await header().getByText('2099年1月1日不行').waitFor()
  await shown('day-refused')
  const before = new Date(Date.parse(today) - 5 * 86_400_000).toISOString().slice(0, 10)
  await field.fill(before)
  await field.press('Enter')
  await until(() => page.url().includes(`as_of=${before}`), 'taken with Enter')
  assert.equal(await header().getByRole('alert').count(), 0)
  await desk.quiet()
  assert.equal(await field.inputValue(), before)
  // What was typed and left for the calendar is as if it had not been typed; there another day is chosen.
  const earlier = new Date(Date.parse(before) - 86_400_000).toISOString().slice(0, 10)
  const [year, month, date] = before.split('-').map(Number)
  await field.blur()
  await field.click()
  await field.fill('2026-02-30')
  const calendar = page.locator('.el-picker__popper:visible')
  await calendar.locator('td.current').click()
  await until(async () => (await field.inputValue()) === before, 'what stands is shown again')
  await field.click()
  await field.fill(`${year}年${month}月${date}日`)
  await field.press('Enter')
  await until(async () => (await field.inputValue()) === before, 'the same day in other words')
  await field.fill(earlier.replaceAll('-', '/'))
  await field.press('Enter')
  await until(() => page.url().includes(`as_of=${earlier}`), 'as it is written elsewhere')
  await until(async () => (await field.inputValue()) === earlier, 'and shown as it is written here')
})

test('a grant is not asked for until a day that was refused', async () => {
  const { page } = desk
  let asked = 0
  await page.route('**/api/grants?**', (route) => {
    if (route.request().method() === 'POST') asked++
    return route.continue()
  })
  await desk.go('/settings/grants')
  await desk.press('申请查看')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: '为什么要看' }).fill('核实走访记录')
  const field = dialog.locator('.day-field input')
  await field.fill('2099-01-01')
  await dialog.getByRole('button', { name: '提交申请' }).click()
  await dialog.getByText('2099年1月1日不行').waitFor()
  await page.waitForTimeout(300)
  assert.equal(asked, 0)
  await shown('grant-day')
  await dialog.getByRole('button', { name: '取消' }).click()
  await page.unroute('**/api/grants?**')
})

test('today opens exactly what it counts, and its header denies nothing', async () => {
  const { page } = desk
  await desk.go('/today?area=532929000000&duty=elder_monthly&period=2026-01&as_of=2026-11-01')
  assert.deepEqual(await header().locator('.field > span').allInnerTexts(), ['区划'])
  const card = page.locator('.task', { hasText: '上期漏访' })
  const count = Number((await card.locator('b').innerText()).replace(',', ''))
  await shown('today')
  await card.click()
  await page.getByRole('heading', { name: `上期漏访 ${count} 人` }).waitFor()
  assert.deepEqual([...new URL(page.url()).searchParams.keys()].sort(), ['area', 'column', 'duty'])
  await desk.go('/today')
  const waits = page.locator('.task', { hasText: '待处理' })
  if ((await ask('/api/waiting')).items.length > 0) assert.match(await waits.innerText(), /填写不一致 \d+，补记太晚 \d+，其他 \d+/)
})

test('those found on the spot stand in a list of their own', async () => {
  const { page } = desk
  const { total } = await ask('/api/subjects?pending=true&count=1')
  await desk.go('/subjects?pending=1')
  await desk.see(total > 0 ? `${total} 人` : '现在没有主动发现、等待确认的人。')
  await page.getByRole('button', { name: '全部', exact: true }).click()
  await until(() => !page.url().includes('pending'), 'everybody again')
})

test('printed without the button: a list that is here is a form, one that is not says what to do, and nothing is stale', async () => {
  const { page } = desk
  const paper = async () => {
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    await page.emulateMedia({ media: 'print' })
    await page.waitForTimeout(150)
    const words = await page.locator('main').innerText()
    const rows = await page.locator('table.paper tbody tr').count()
    await page.emulateMedia({ media: null })
    await page.evaluate(() => dispatchEvent(new Event('afterprint')))
    return { words, rows }
  }
  await desk.go('/unvisited?duty=elder_monthly&why=tried')
  const total = Number(await page.locator('.tabs .here b').innerText())
  const whole = await paper()
  assert.equal(whole.rows, total)
  assert.ok(whole.words.includes(`合计 ${total} 人`) && whole.words.includes('口径说明') && whole.words.includes('单位（签章）'))
  assert.equal(await page.locator('table.paper').count(), 0, 'only while it is printed')
  // Another question: never the rows of the one before.
  await page.locator('.tabs button', { hasText: '还没去' }).click()
  await desk.quiet()
  const other = await paper()
  assert.equal(other.rows, Number((await page.locator('.tabs .here b').innerText()).replace(',', '')))
  // A list of which only the first page is here.
  await page.route('**/api/coverage/people?**', async (route) => {
    const response = await route.fetch()
    const body = await response.json()
    const asked = new URL(route.request().url()).searchParams
    if (asked.has('after')) return new Promise(() => {})
    return route.fulfill({ response, json: { ...body, total: body.lines.length + 9, next: body.lines.at(-1).person } })
  })
  await page.reload()
  await page.locator('.rows .row').first().waitFor()
  const part = await paper()
  assert.equal(part.rows, 0)
  assert.ok(part.words.includes('名单没有载入，请用页面上的“打印”。') && !part.words.includes('签章'), part.words)
  await page.unroute('**/api/coverage/people?**')
  await desk.go('/subjects')
  assert.ok((await paper()).words.includes('这一页没有打印格式'))
})

test('the list of the unvisited says what is required, and each person to ring in one line', async () => {
  const { page } = desk
  await desk.go('/unvisited')
  const heads = await page.getByRole('columnheader').allInnerTexts()
  assert.ok(heads.includes('要求') && !heads.includes('状态'), String(heads))
  const cells = await page.locator('.rows .row').first().getByRole('cell').allInnerTexts()
  assert.ok(cells[heads.indexOf('要求')].length > 3)
  assert.match(cells[heads.indexOf('责任人及电话')].split('\n')[0], /^\S+\u00a0\d{11}$/)
  const lines = await page.locator('.rows .responsible').first().evaluate((one) => one.getBoundingClientRect().height / one.textContent.split('\n').length)
  assert.ok(lines < 20, `${lines} px a line`)
  await shown('unvisited')
})

test('how a figure is made: two sentences, the duties folded, gone when the question changes', async () => {
  const { page } = desk
  await page.setViewportSize({ width: 1280, height: 720 })
  await desk.go('/coverage')
  await page.getByRole('button', { name: '怎么算的: 还没去', exact: true }).click()
  const told = page.locator('.told').filter({ visible: true })
  await told.getByText(/^\d+ 项走访要求$/).click()
  await shown('explain')
  const box = await told.boundingBox()
  assert.ok(box.y >= 0 && box.y + box.height <= 720, JSON.stringify(box))
  assert.ok((await told.locator('li').count()) > 5)
  await header().locator('.day input').fill(new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10))
  await header().locator('.day input').press('Enter')
  await told.waitFor({ state: 'hidden' })
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('an address that cannot be is told, with the way back', async () => {
  const { page } = desk
  for (const [path, words] of [
    ['/coverage?area=nonsense', '地址里的“区划”写的是“nonsense”'],
    ['/coverage/people?column=evil', '地址里的“看哪一项”写的是“evil”'],
    ['/coverage?period=9999-99', '地址里的“统计期”写的是“9999-99”'],
    ['/coverage?as_of=2099-01-01', '地址里的“截至”写的是“2099-01-01”'],
    ['/unvisited?duty=none', '地址里的“走访要求”写的是“none”'],
  ]) {
    await page.goto(world.desk + path)
    await desk.see(words)
  }
  await shown('astray')
  await page.getByRole('link', { name: '去看我的区划的走访情况' }).click()
  await desk.see('云龙县走访情况')
})

test('codes that were not printed are not lost by a stray click', async () => {
  const other = await Desk.as(world, who.admin)
  const { page } = other
  await other.go('/phones/sheets?area=532929102000')
  await page.getByRole('button', { name: /^生成 \d+ 张$/ }).click()
  await page.locator('.sheet').first().waitFor()
  const code = await page.locator('.sheet .code').first().innerText()
  await page.getByRole('link', { name: '走访情况' }).click()
  await other.see('启用单还没有打印')
  await page.waitForTimeout(300)
  await other.picture('mended-sheets-leave')
  assert.deepEqual(await other.faults('sheets-leave'), [])
  await other.press('留下来打印')
  assert.equal(await page.locator('.sheet .code').first().innerText(), code)
  let asked = 0
  page.on('dialog', (dialog) => {
    asked++
    void dialog.accept()
  })
  await page.reload()
  assert.equal(asked, 1, 'the browser asks too')
  await page.getByRole('button', { name: /^生成 \d+ 张$/ }).click()
  await page.locator('.sheet').first().waitFor()
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await page.getByRole('link', { name: '走访情况' }).click()
  await other.see('功果桥镇走访情况')
  await page.context().close()
})

test('leaving in one window covers the other at once; the password lets in again', async () => {
  const { page } = desk
  await desk.go('/coverage')
  const second = await page.context().newPage()
  await second.goto(world.desk + '/subjects')
  await second.locator('.rows .row').first().waitFor()
  await page.locator('.who').click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await page.locator('.door').waitFor()
  await second.getByRole('dialog', { name: '已锁上' }).waitFor({ timeout: 2_000 })
  assert.equal(await second.locator('.rows .row').first().isVisible(), false)
  const { state } = await ask('/api/session')
  assert.equal(state, 'out')
  await second.close()
  await page.reload()
  await desk.logIn(who.reviewer)
})

test('the password is changed at the desk; blanks are none', async () => {
  const { page } = desk
  await page.locator('.who').click()
  await page.getByRole('menuitem', { name: '修改密码' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  const set = async (text) => {
    await dialog.locator('input[autocomplete=current-password]').fill(PASSWORD)
    for (const one of await dialog.locator('input[autocomplete=new-password]').all()) await one.fill(text)
    await dialog.getByRole('button', { name: '换密码' }).click()
  }
  await set(' '.repeat(10))
  await dialog.getByText('也不能全是空格或同一个字').last().waitFor()
  await dialog.getByRole('alert').waitFor()
  await set('walnut-tree-gate')
  await desk.see('密码已换')
  await page.locator('.who').click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await page.locator('.door').waitFor()
  await page.locator('input[name=username]').fill(who.reviewer.login)
  await page.locator('input[name=password]').fill(PASSWORD)
  await desk.press('登录')
  await desk.see('登录名或密码不对')
  await page.locator('input[name=password]').fill('walnut-tree-gate')
  await desk.press('登录')
  await page.locator('.frame main').waitFor()
})

test('a page that a newer console no longer has is loaded anew, at its address', async () => {
  const { page } = desk
  await desk.go('/coverage')
  let renewed = false
  // Asked for anew: from then on the newer console answers.
  page.on('request', (one) => (renewed ||= one.isNavigationRequest()))
  await page.route(/Duties-.*\.js/, (route) => (renewed ? route.continue() : route.fulfill({ status: 404, body: '' })))
  await page.evaluate(() => (window.old = true))
  await page.getByRole('link', { name: '设置' }).click()
  await page.getByRole('button', { name: '添加走访要求' }).or(page.locator('.page.tall table')).first().waitFor()
  assert.match(page.url(), /\/settings\/duties/)
  assert.equal(renewed, true, 'loaded anew')
  assert.equal(await page.evaluate(() => window.old), undefined)
  await page.unroute(/Duties-.*\.js/)
  assert.deepEqual(desk.errors.filter((one) => !one.includes('dynamically imported')), [])
})
