// The console by clicking, on the real server: the door, the figures and what stands behind them, the lock, and
// bad luck of every kind.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { account, Desk, PASSWORD } from './lib/console.mjs'
import { World } from './lib/world.mjs'

let world, reviewer, township, desk

before(async () => {
  world = await World.begin(600)
  reviewer = await account(world, '县审核员', 'shanyy')
  township = await account(world, '乡镇站长', 'wangax', '功果桥镇')
})
after(() => world.end())

const row = (name) => desk.page.locator('table.figures tbody tr', { has: desk.page.getByRole('rowheader', { name }) })
const numbers = async (line) => (await line.locator('td').allInnerTexts()).map((one) => Number(one.replace(/[^\d.]/g, '')))

test('a wrong password is told, then waiting in words, then the first password has to be changed', async () => {
  desk = await Desk.open(world)
  const { page } = desk
  for (let wrong = 0; wrong < 3; wrong++) {
    await page.getByLabel('登录名').fill(reviewer.login)
    await page.getByLabel('密码', { exact: true }).fill(`not this ${wrong}`)
    await desk.press('登录')
    await desk.see('登录名或密码不对')
    assert.equal(await page.getByLabel('密码', { exact: true }).inputValue(), '')
  }
  await page.getByLabel('密码', { exact: true }).fill('nor this')
  await desk.press('登录')
  await desk.see(/请等 \d 秒再试。账号没有停用。/)
  assert.ok(await page.getByRole('button', { name: '登录', exact: true }).isDisabled())
  await page.getByRole('button', { name: '登录', exact: true, disabled: false }).waitFor()
  await desk.logIn(reviewer)
  await desk.see('云龙县走访情况')
})

test('the sentence, the rows, the sum and the opened lists agree', async () => {
  await desk.go('/coverage?duty=elder_monthly')
  const { page } = desk
  const rows = await Promise.all((await page.locator('table.figures tbody tr').all()).map(numbers))
  const sum = await numbers(page.locator('table.figures tfoot tr'))
  const RATE = 5
  for (let column = 0; column < sum.length; column++) {
    if (column !== RATE) assert.equal(rows.reduce((all, one) => all + one[column], 0), sum[column], `column ${column}`)
  }
  const [, , due, met, , , open] = sum
  assert.equal(due, met + open)
  const said = (await page.locator('.sentence').innerText()).replaceAll('\u00a0', ' ')
  assert.match(said, new RegExp(`应走访 ${due} 人；已走访 ${met} 人`))
  assert.match(said, new RegExp(`未走访 ${open} 人`))
  await page.locator('table.figures tfoot td a').nth(4).click()
  await page.getByRole('heading', { name: `其中上门 ${sum[4]} 人` }).waitFor()
})

test('a township opens into villages, a village into people; the way back and the address keep everything', async () => {
  const { page } = desk
  const week = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10)
  await desk.go(`/coverage?duty=elder_monthly&as_of=${week}`)
  await page.getByRole('link', { name: '功果桥镇', exact: true }).click()
  await page.getByRole('heading', { name: '功果桥镇走访情况' }).waitFor()
  assert.ok(page.url().includes(`as_of=${week}`))
  await page.locator('table.figures tbody th a').first().click()
  await page.locator('.rows .row').first().waitFor()
  assert.match(page.url(), /duty=elder_monthly/)
  assert.ok(page.url().includes(`as_of=${week}`))
  const line = await page.locator('.rows .row').first().innerText()
  await page.reload()
  await page.locator('.rows .row').first().waitFor()
  assert.equal(await page.locator('.rows .row').first().innerText(), line)
  await page.getByRole('navigation', { name: '所在位置' }).getByRole('link', { name: '云龙县' }).click()
  await page.getByRole('heading', { name: '云龙县走访情况' }).waitFor()
  await page.goBack()
  await page.locator('.rows .row').first().waitFor()
})

test('every figure says how it is made', async () => {
  await desk.go('/coverage?duty=elder_monthly')
  const { page } = desk
  assert.equal(await page.getByRole('button', { name: /^怎么算的/ }).count(), 13)
  await page.getByRole('button', { name: '怎么算的: 已走访', exact: true }).click()
  await desk.see(/已走访：应走访的人中，县里已收到一次合要求的走访/)
  await desk.see(/依据：/)
  await page.keyboard.press('Escape')
})

test('a person opens into visits, a visit into answers, history, receipt and the duty it met', async () => {
  await desk.go('/coverage/people?duty=elder_monthly&column=met_home')
  const { page } = desk
  await page.locator('.rows .row a').first().click()
  await page.getByRole('heading', { name: /历次走访/ }).waitFor()
  await page.getByRole('link', { name: /^查看/ }).first().click()
  const fact = (name) => page.locator('.facts div', { has: page.getByText(name, { exact: true }) }).locator('dd')
  // What was seeded came from no phone; of one that did, see console-acts.
  assert.equal(await fact('回执').innerText(), '没有')
  assert.match(await page.locator('article .word.good').allInnerTexts().then(String), /特殊困难老年人月探访 2026年/)
  const name = await page.locator('article h2').first().innerText()
  for (const one of await page.locator('summary').all()) await one.click()
  const written = (field) => page.locator('.history tr', { has: page.getByRole('cell', { name: field, exact: true }) }).first().getByRole('cell')
  assert.equal(await written('服务对象').nth(1).innerText(), name)
  assert.equal(await written('服务对象').nth(5).innerText(), '现行')
  const answer = page.locator('.answers tr', { has: page.getByRole('cell', { name: '表达能力', exact: true }) }).getByRole('cell').nth(1)
  assert.equal(await written('表达能力').nth(1).innerText(), await answer.innerText())
  assert.match(await written('户').nth(1).innerText(), /^\p{Script=Han}{2,}家$/u)
})

test('a person and a visit stand in their township, their village and the list in which they were found', async () => {
  await desk.go('/unvisited?duty=elder_monthly&area=532929102000&why=tried')
  const { page } = desk
  const steps = () => page.getByRole('navigation', { name: '所在位置' }).getByRole('listitem').allInnerTexts()
  const list = new URL(page.url())
  const rows = await page.locator('.rows .row').count()
  const [place, , , name] = await page.locator('.rows .row').first().getByRole('cell').allInnerTexts()
  const [township, village] = place.split(' ')
  await page.locator('.rows .row a').first().click()
  await page.getByRole('heading', { name: /历次走访/ }).waitFor()
  assert.deepEqual(await steps(), ['云龙县', township, village, '未走访名单', name])
  await page.getByRole('link', { name: /^查看/ }).first().click()
  await desk.see('修改记录')
  assert.deepEqual(await steps(), ['云龙县', township, village, '未走访名单', name, '走访'])
  await page.reload()
  await desk.see('修改记录')
  await page.getByRole('link', { name, exact: true }).first().click()
  await page.getByRole('heading', { name: /历次走访/ }).waitFor()
  await page.getByRole('link', { name: '未走访名单' }).last().click()
  await page.locator('.rows .row').first().waitFor()
  assert.deepEqual([...new URL(page.url()).searchParams].sort(), [...list.searchParams].sort())
  assert.equal(await page.locator('.rows .row').count(), rows)
})

test('days are said in one style, and nobody reads an id', async () => {
  const { page } = desk
  const CODES = /\d{4}-\d\d-\d\d|[0-9a-f]{8}(…|[0-9a-f]{8})/
  const plain = async (what) => assert.equal(CODES.exec(await page.locator('main').innerText())?.[0], undefined, what)
  for (const path of ['/today', '/unvisited?duty=elder_monthly', '/coverage/people?duty=elder_monthly&column=met', '/settings/staff', '/settings/duties', '/settings/grants']) {
    await desk.go(path)
    await plain(path)
  }
  await desk.go('/coverage/people?duty=elder_monthly&column=met')
  assert.match(await page.locator('.rows .row').first().innerText(), /\d+月\d+日/)
  await page.locator('.rows .row a').first().click()
  await page.getByRole('heading', { name: /历次走访/ }).waitFor()
  await plain('a person')
  await page.getByRole('link', { name: /^查看/ }).first().click()
  await desk.see('修改记录')
  for (const one of await page.locator('summary').all()) await one.click()
  await plain('a visit')
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /^走访 · \d+月\d+日( |$)/)
})

test('of the homes that were not visited every cell can be read, and each says why', async () => {
  await desk.go('/unvisited?duty=elder_monthly')
  const { page } = desk
  assert.deepEqual(await desk.faults('unvisited', { axe: false }), [])
  const why = await page.getByRole('columnheader').allInnerTexts().then((all) => all.indexOf('为什么'))
  const said = await page.locator('.rows .row').evaluateAll((rows, at) => rows.map((row) => row.children[at].innerText), why)
  assert.ok(said.includes('还没去') && said.some((one) => one.includes('没在家')))
  assert.ok(said.every(Boolean))
  // What is longer than two lines makes its row higher, and the rows below it stand below it.
  const name = '阿鲁约布木呷阿黑惹'.repeat(6)
  await page.route('**/api/coverage/people?**', async (route) => {
    const response = await route.fetch()
    const body = await response.json()
    body.lines[0].categories = [name]
    await route.fulfill({ response, json: body })
  })
  await page.reload()
  await desk.see(name)
  await desk.quiet()
  assert.deepEqual(await desk.faults('unvisited', { axe: false }), [])
  const [first, second] = await page.locator('.rows .row').evaluateAll((rows) => rows.slice(0, 2).map((row) => row.getBoundingClientRect()))
  assert.ok(first.height > 50 && second.top >= first.bottom - 1)
  await page.unroute('**/api/coverage/people?**')
})

test('the whole list is taken along as a file, masked', async () => {
  await desk.go('/unvisited?duty=elder_monthly')
  const { page } = desk
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
  assert.match(file.suggestedFilename(), /^云龙县未走访名单_特殊困难老年人月探访_2026-\d\d_截至\d{4}-\d\d-\d\d\.csv$/)
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'XLSX' }).click()])
  assert.match(sheet.suggestedFilename(), /\.xlsx$/)
})

test('a locked page is kept as it was, and what was being sent goes on after the password', async () => {
  await desk.go('/settings/grants')
  const { page } = desk
  await page.getByRole('button', { name: '申请查看' }).click()
  const words = page.getByRole('textbox', { name: '为什么要看' })
  await words.fill('核实十一月的走访记录')
  // The server is started again meanwhile: every session is locked.
  world.close()
  await once(world.server, 'exit')
  await world.open()
  await desk.press('提交申请')
  await desk.see('页面上填的都还在')
  assert.ok(!(await page.locator('.frame').innerText().catch(() => '')).includes('核实'), 'nothing is read through the cover')
  await page.getByLabel('密码', { exact: true }).fill('not this')
  await desk.press('解锁')
  await desk.see('登录名或密码不对')
  // By keyboard: no dialog under the cover takes a key away.
  await page.getByLabel('密码', { exact: true }).focus()
  await page.keyboard.type(PASSWORD, { delay: 15 })
  await page.keyboard.press('Enter')
  await desk.see('待批准')
  await desk.see('核实十一月的走访记录')
})

test('a township sees its own and nothing else', async () => {
  const other = await Desk.as(world, township)
  const { page } = other
  await page.getByRole('heading', { name: /今天要办/ }).waitFor()
  await other.go('/coverage')
  await page.getByRole('heading', { name: '功果桥镇走访情况' }).waitFor()
  await page.getByRole('combobox', { name: '区划' }).click()
  const areas = await page.getByRole('option').allInnerTexts()
  assert.ok(areas.length > 1 && !areas.includes('云龙县') && !areas.includes('诺邓镇'))
  await other.go('/coverage?area=532929101000')
  await other.see('地址里的“区划”写的是“532929101000”，没有这一项。')
  await other.see('或者不归您的区划')
  await page.getByRole('link', { name: '去看我的区划的走访情况' }).click()
  await page.getByRole('heading', { name: '功果桥镇走访情况' }).waitFor()
  assert.deepEqual(other.errors, [])
  await page.context().close()
})

test('waiting, nothing, a fault, and no connection each have their look', async () => {
  const { page } = desk
  let answer = (route) => route.continue()
  await page.route('**/api/coverage?**', (route) => answer(route))
  let release
  answer = async (route) => {
    await new Promise((go) => (release = go))
    await route.continue()
  }
  await page.goto(world.desk + '/coverage')
  await page.getByRole('status', { name: '正在读取' }).waitFor()
  release()
  await desk.see('云龙县走访情况')
  answer = (route) => route.abort()
  await page.goto(world.desk + '/coverage')
  await desk.see('现在连不上县里的服务器')
  await desk.see('县里的数据没有改动')
  answer = (route) => route.continue()
  await desk.press('重试')
  await desk.see('云龙县走访情况')
  await page.unroute('**/api/coverage?**')
  // Nobody at all: 0, and no rate.
  const nobody = await page.evaluate(async () => {
    const ask = async (path) => (await fetch(path)).json()
    for (const { code } of (await ask('/api/header')).categories) {
      const { total } = await ask(`/api/coverage?area=532929000000&duty=elder_monthly&category=${code}`)
      if (total.register === 0) return code
    }
  })
  assert.ok(nobody, 'of some category there is nobody')
  await desk.go(`/coverage?duty=elder_monthly&category=${nobody}`)
  await desk.see('按这个走访要求，这里名册上没有人。')
  assert.equal(await page.locator('table.figures tfoot td.rate').innerText(), '—')
  assert.equal(await page.locator('table.figures td a').count(), 0)
})

test('100,000 people scroll with few rows drawn, and never a blank', async () => {
  const { page } = desk
  const TOTAL = 100_000
  await page.route('**/api/subjects?**', (route) => {
    const asked = new URL(route.request().url()).searchParams
    const from = Number(asked.get('after') ?? 0)
    const lines = Array.from({ length: Math.min(Number(asked.get('count')), TOTAL - from) }, (_, index) => ({
      person: String(from + index + 1), name: `阿鲁约布木呷${from + index}`, minor: false, sex: '1', age: 70, id_number: '532929********001X', township: '诺邓镇',
      village: 1, village_name: '果郎社区', group: '上村', head_name: '李阿普', categories: [], pending: false, gone: false,
    }))
    const last = from + lines.length
    return route.fulfill({ json: { total: TOTAL, lines, next: last < TOTAL ? String(last) : null } })
  })
  await desk.go('/subjects')
  const table = page.getByRole('table', { name: '服务对象' })
  await page.locator('.rows .row').first().waitFor()
  for (let turn = 0; turn < 30; turn++) {
    await table.evaluate((box) => box.scrollBy(0, 20_000))
    await page.waitForTimeout(30)
    const shown = await table.evaluate((box) => {
      const edge = box.getBoundingClientRect()
      const at = document.elementFromPoint(edge.left + 40, edge.top + edge.height / 2)
      return { row: Boolean(at?.closest('.row')), drawn: box.querySelectorAll('.rows .row').length }
    })
    assert.ok(shown.row, `a blank at turn ${turn}`)
    assert.ok(shown.drawn < 120, `${shown.drawn} rows drawn`)
  }
  await page.unroute('**/api/subjects?**')
})

test('what waits is decided on by keyboard, and a word can be taken back before it is sent', async () => {
  const { page } = desk
  const item = (record, people) => ({
    handle: record, reason: 'contested', why: '', kind: 'person', record, field: 'phone', area: 532929000000, area_name: '果郎社区', author: '张玉娅、李从英',
    day: '2026-11-20', people: [people], arrived_ms: Date.now(), kept: null,
  })
  const side = (number, value) => ({ field: 'phone', number, value, by: '张玉娅', at_ms: Date.now(), saw: [[], ['13800000000'], null][number] })
  const sent = []
  await page.route('**/api/waiting**', (route) => route.fulfill({ json: { items: [item('1a', '李阿普'), item('2b', '张建国')], awaiting: 0 } }))
  await page.route('**/api/waiting/*', (route) => {
    const request = route.request()
    if (request.method() === 'GET') {
      return route.fulfill({ json: { items: [], fields: [], questions: [], sides: [side(1, '13800000001'), side(2, '13800000002')], takes: [], seen: { a: 3 }, words: [], names: {} } })
    }
    // Whether it would do is asked before anybody waits for it to be sent.
    if (!request.postDataJSON().only_asked) sent.push(request.postDataJSON())
    return route.fulfill({ json: { decided: 1 } })
  })
  await desk.go('/waiting')
  await desk.see('13800000001')
  await desk.see('当时看到的是：13800000000')
  await desk.see('当时看到的是什么，县里查不到')
  await page.keyboard.press('ArrowDown')
  await page.getByRole('heading', { name: '张建国' }).waitFor()
  await desk.see('13800000002')
  await page.keyboard.press('2')
  await desk.see('电话：用“13800000002”')
  await page.keyboard.press('z')
  await page.getByRole('heading', { name: '张建国' }).waitFor()
  // With caps lock on.
  await page.keyboard.press('2')
  await desk.see('电话：用“13800000002”')
  await page.keyboard.press('Z')
  await page.locator('.held').waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: '张建国' }).waitFor()
  assert.deepEqual(sent, [])
  await page.keyboard.press('1')
  await desk.press('现在送出')
  await page.getByRole('heading', { name: '李阿普' }).waitFor()
  await page.waitForFunction(() => document.querySelectorAll('.list li').length === 1)
  assert.deepEqual(sent, [{ record: '2b', field: 'phone', value: '13800000001', seen: { a: 3 } }])
  await page.unroute('**/api/waiting**')
  await page.unroute('**/api/waiting/*')
})

test('by keyboard alone: from the address to a figure, in the order of the page', async () => {
  await desk.go('/coverage?duty=elder_monthly')
  const { page } = desk
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '跳到正文')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  assert.ok(await page.evaluate(() => document.querySelector('#page').contains(document.activeElement)))
  assert.deepEqual(desk.errors, [])
})
