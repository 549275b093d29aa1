// What leaves the desk: paper of A4 with everything that a report needs, and files with exactly what is shown.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { account, Desk, pictures } from './lib/console.mjs'
import { World } from './lib/world.mjs'

/** A4 across, as wide as what the margins leave. */
const ACROSS = { width: 1047, height: 700 }
const UPRIGHT = { width: 718, height: 1046 }
let world, desk

before(async () => {
  world = await World.begin(150)
  desk = await Desk.as(world, await account(world, '县管理员', 'yangyq'))
})
after(() => world.end())

/** Presses the button that prints, and shows what goes to paper: its picture, its size and its words. */
async function printed(button, name, size) {
  const { page } = desk
  await page.evaluate(() => {
    window.onPaper = 0
    window.print = () => (window.onPaper += 1)
  })
  await page.getByRole('button', { name: button }).click()
  await page.waitForFunction(() => window.onPaper === 1)
  const before = page.viewportSize()
  await page.emulateMedia({ media: 'print' })
  await page.setViewportSize(size)
  await page.waitForTimeout(200)
  const found = await page.evaluate(() => {
    const shown = (one) => one.getClientRects().length > 0
    const sticks = [...document.querySelectorAll('td, th, h1, p, dd, .sheet')].filter(shown).filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1 || one.scrollWidth > one.clientWidth + 1)
    return {
      words: document.querySelector('main').innerText, sticks: sticks.map((one) => one.innerText.slice(0, 20)),
      frame: [...document.querySelectorAll('header.header, nav, .rail, button')].filter(shown).map((one) => one.className),
      rows: [...document.querySelectorAll('tbody tr')].filter(shown).length,
    }
  })
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `paper-${name}.png`), fullPage: true })
  const pdf = (await page.pdf({ preferCSSPageSize: true, path: join(pictures, `paper-${name}.pdf`) })).toString('latin1')
  await page.emulateMedia({ media: null })
  await page.setViewportSize(before)
  assert.deepEqual(found.frame, [], 'nothing of the frame is printed')
  assert.deepEqual(found.sticks, [], 'nothing is wider than the paper')
  assert.doesNotMatch(found.words, /\d{4}-\d\d-\d\d/)
  return { ...found, boxes: [...pdf.matchAll(/\/MediaBox\s*\[([^\]]*)\]/g)].map((one) => one[1].trim().split(/\s+/).map(Number)) }
}
const isAcross = ([, , width, height]) => Math.abs(width - 842) < 2 && Math.abs(height - 595) < 2
const isUpright = ([, , width, height]) => Math.abs(width - 595) < 2 && Math.abs(height - 842) < 2

test('the table of figures on A4: title, unit, period, day, signatures, seal and how it is counted', async () => {
  await desk.go('/coverage?duty=elder_monthly')
  const rows = await desk.page.locator('table.figures tbody tr').count()
  const paper = await printed('打印', 'coverage', ACROSS)
  for (const words of ['云龙县走访情况表（特殊困难老年人月探访）', '填报单位：云龙县', '统计期：2026年', '截至：2026年', '填表人：', '审核人：', '单位（签章）：', '填表日期：', '口径说明：', '应走访', '依据']) {
    assert.ok(paper.words.includes(words), words)
  }
  assert.equal(paper.rows, rows)
  assert.ok(paper.boxes.length >= 1 && paper.boxes.every(isAcross), JSON.stringify(paper.boxes))
})

test('the list of homes not visited on A4: every one of them, in the order of the screen', async () => {
  await desk.go('/unvisited?duty=elder_monthly')
  const total = Number(await desk.page.locator('.tabs .here b').innerText())
  const names = await desk.page.locator('.rows .row').evaluateAll((rows) => rows.map((row) => row.children[3].innerText))
  assert.equal(names.length, total)
  const paper = await printed('打印', 'unvisited', ACROSS)
  assert.equal(paper.rows, total)
  assert.ok(paper.words.includes('云龙县未走访名单（特殊困难老年人月探访）') && paper.words.includes('单位（签章）：'))
  let at = 0
  for (const name of names) {
    at = paper.words.indexOf(name, at)
    assert.ok(at >= 0, name)
  }
  assert.ok(paper.boxes.length > 1 && paper.boxes.every(isAcross), JSON.stringify(paper.boxes))
})

test('the list of a figure on A4 says whose it is, of which category, and how it is counted', async () => {
  await desk.go('/coverage/people?duty=elder_monthly&column=met&category=DJ')
  const paper = await printed('打印', 'people', ACROSS)
  for (const words of ['云龙县已走访名单（特殊困难老年人月探访）', '填报单位：云龙县', '统计期：2026年', '截至：2026年', '只看：独居老人', '口径说明：', '依据']) assert.ok(paper.words.includes(words), words)
  await desk.go('/unvisited?duty=elder_monthly&why=tried')
  const tried = await printed('打印', 'unvisited-tried', ACROSS)
  assert.ok(tried.words.includes('云龙县未走访名单：去过未见到（特殊困难老年人月探访）'))
})

test('a list that is too long for paper says how much of it is there', async () => {
  const { page } = desk
  await page.route('**/api/coverage/people?**', async (route) => {
    const response = await route.fetch()
    return route.fulfill({ response, json: { ...(await response.json()), total: 9000 } })
  })
  await desk.go('/unvisited?duty=elder_monthly&why=tried')
  const { rows, words } = await printed('打印', 'unvisited-long', ACROSS)
  assert.ok(words.includes(`名单共 9,000 行，这里只印了前 ${rows} 行`), words)
  await page.unroute('**/api/coverage/people?**')
})

test('sheets on A4: two to a page, upright', async () => {
  const { page } = desk
  // The longest names there are, of people and of places.
  await page.route('**/api/sheets?**', async (route) => {
    if (route.request().method() !== 'POST') return route.continue()
    const response = await route.fetch()
    const body = await response.json()
    Object.assign(body[0], { name: '阿鲁约布木呷阿黑惹', areas: ['团结彝族乡河南村民委员会易地扶贫搬迁安置点社区', '苗尾傈僳族乡松坪村民委员会'] })
    return route.fulfill({ response, json: body })
  })
  await desk.go('/phones/sheets?area=532929102000')
  await page.getByRole('button', { name: /^生成 \d+ 张$/ }).click()
  await page.locator('.sheet').first().waitFor()
  const count = await page.locator('.sheet').count()
  assert.ok(count > 2)
  const paper = await printed(/^打印这/, 'sheets', UPRIGHT)
  assert.equal(paper.words.match(/县里的 6 位数/g).length, count)
  assert.equal(paper.boxes.filter(isUpright).length, Math.ceil(count / 2), JSON.stringify(paper.boxes))
  assert.equal(paper.boxes.length, Math.ceil(count / 2))
  assert.ok(paper.words.includes('阿鲁约布木呷阿黑惹'))
  await page.unroute('**/api/sheets?**')
})

test('未走访名单 of one worker: their villages alone, on the screen, on paper and in the file, and no figure of theirs', async () => {
  const { page } = desk
  await desk.go('/unvisited?duty=elder_monthly')
  await page.getByRole('combobox', { name: '责任人' }).click()
  const choices = page.locator('.el-select-dropdown__item').filter({ visible: true })
  await choices.nth(3).waitFor()
  await page.waitForTimeout(400)
  await desk.picture('desk-unvisited-workers')
  for (const words of await choices.allInnerTexts()) assert.doesNotMatch(words, /\d+ ?(人|户|%)/, 'nobody stands there with a number')
  const name = (await choices.nth(3).innerText()).split(' ')[0]
  await choices.nth(3).click()
  await page.getByText(`只看 ${name} 今天负责的村：`).waitFor()
  await desk.quiet()
  await desk.shown('desk-unvisited-worker')
  const rows = await page.locator('.rows .row').evaluateAll((all) => all.map((row) => ({ name: row.children[3].innerText, whose: row.children[9].innerText })))
  assert.ok(rows.length > 0)
  for (const row of rows) assert.ok(row.whose.includes(name), JSON.stringify(row))
  assert.deepEqual((await saved()).rows.map((row) => row['姓名']), rows.map((row) => row.name))
  const paper = await printed('打印', 'unvisited-worker', ACROSS)
  assert.equal(paper.rows, rows.length)
  assert.ok(paper.words.includes(`责任人：${name}`) && paper.words.includes('单位（签章）：'), paper.words)
  // Whose villages they are depends on the area: another one asks for everybody again.
  await page.getByRole('combobox', { name: '区划' }).click()
  await page.locator('.el-select-dropdown__item').filter({ visible: true }).nth(1).click()
  await desk.quiet()
  assert.ok(!page.url().includes('worker='), page.url())
})

test('发现的问题 on A4: its figures and its list, as of a day that is chosen', async () => {
  const { page } = desk
  await desk.go('/concerns?which=found')
  const shown = Number(await page.locator('[role=table]').getAttribute('aria-rowcount')) - 1
  assert.ok(shown > 0)
  const paper = await printed('打印', 'concerns', ACROSS)
  for (const words of ['云龙县发现的问题情况表', '填报单位：云龙县', '统计期：2026年1月1日 至 2026年', '截至：2026年', '填表人：', '单位（签章）：', '口径说明：', '办结及时', '合计']) assert.ok(paper.words.includes(words), words)
  assert.ok(paper.words.includes(`名单：全部，共 ${shown} 件`), paper.words)
  assert.ok(paper.boxes.every(isAcross), JSON.stringify(paper.boxes))
  // Of a day that is over: fewer were found by then, and the paper says of when it is.
  const { lines } = await page.evaluate(async () => (await fetch('/api/concerns?which=found&count=1000')).json())
  const before = lines.map((one) => one.found).sort().at(-1)
  const day = new Date(Date.parse(before) - 86_400_000).toISOString().slice(0, 10)
  const picker = page.getByRole('combobox', { name: '截至' })
  await picker.fill(day)
  await picker.press('Enter')
  await page.waitForURL(/as_of=/)
  await desk.quiet()
  await desk.shown('desk-concerns-before')
  const then = lines.filter((one) => one.found <= day).length
  assert.ok(then < lines.length)
  await page.waitForFunction((count) => Number(document.querySelector('[role=table]').getAttribute('aria-rowcount')) === count + 1, then)
  assert.equal(Number(await page.locator('.sums .sum td').first().innerText()), then)
  // Of one month: figures and list are of what was found in it, and the head says which it is.
  const month = before.slice(0, 7)
  await desk.go(`/concerns?which=found&period=${month}`)
  await desk.quiet()
  const monthly = await printed('打印', 'concerns-month', ACROSS)
  const found = lines.filter((one) => one.found.startsWith(month)).length
  const word = `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月（${Number(month.slice(5))}.1–`
  for (const words of [`统计期：${word}`, `名单：全部 · ${word}`, `共 ${found} 件`]) assert.ok(monthly.words.includes(words), monthly.words)
})

test('情况变了 on A4', async () => {
  await desk.go('/changes')
  const rows = await desk.page.locator('main tbody tr').count()
  assert.ok(rows > 0)
  const paper = await printed('打印', 'changes', ACROSS)
  for (const words of ['云龙县情况变了登记表：情况有变待确认', '填报单位：云龙县', '截至：2026年', '填表人：', '单位（签章）：']) assert.ok(paper.words.includes(words), words)
  assert.equal(paper.rows, rows)
})

test('the corrections of a closed month on A4, whole', async () => {
  const now = new Date(Date.now() + 8 * 3_600_000)
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7)
  const [name] = (await world.cli('staff', 'list', '云龙县')).split('\n').map((one) => one.split(/\s{2,}/)).filter((one) => one[2] === '县审核员').map((one) => one[3])
  await world.cli('close', 'period', month, '--by', name)
  const { page } = desk
  await desk.go(`/coverage/closed?duty=elder_monthly&period=${month}&column=due`)
  const count = Number(/(\d+) 人/.exec(await page.locator('main h1').filter({ visible: true }).innerText())[1])
  const paper = await printed('打印', 'closed', ACROSS)
  for (const words of ['云龙县月结时的应走访名单（特殊困难老年人月探访）', '填报单位：云龙县', `统计期：${now.getUTCFullYear()}年`, '单位（签章）：', `合计 ${count} 人`]) assert.ok(paper.words.includes(words), words)
  assert.equal(paper.rows, count)
  await desk.go(`/coverage/closed?duty=elder_monthly&period=${month}`)
  const changed = await printed('打印', 'corrections', ACROSS)
  assert.ok(changed.words.includes('云龙县月结更正表（特殊困难老年人月探访）'), changed.words)
})

test('in English nothing on A4 is cut off either', async () => {
  await desk.page.evaluate(() => localStorage.setItem('desk-language', 'en'))
  for (const [path, name] of [['/coverage?duty=elder_monthly', 'coverage'], ['/unvisited?duty=elder_monthly', 'unvisited'], ['/concerns?which=found', 'concerns'], ['/changes', 'changes'], ['/changes?tab=registered', 'registered']]) {
    await desk.go(path)
    const paper = await printed('Print', `english-${name}`, ACROSS)
    assert.ok(paper.words.includes('Reported by:') && paper.words.includes('Seal:'), paper.words.slice(0, 300))
  }
  await desk.page.evaluate(() => localStorage.setItem('desk-language', 'zh'))
  await desk.go('/coverage')
})

/** The lines of a file, below its title. */
async function saved() {
  const [file] = await Promise.all([desk.page.waitForEvent('download'), desk.page.getByRole('link', { name: 'CSV' }).click()])
  const lines = (await readFile(await file.path(), 'utf8')).replace(/^\uFEFF/, '').trimEnd().split(/\r?\n/)
  const cells = lines.map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((one) => one[1].replace(/^"|"$/g, '')))
  const head = cells.findIndex((line) => line[0] === '乡镇' || line[0] === '区划代码')
  const of = (line) => Object.fromEntries(cells[head].map((name, index) => [name, line[index]]))
  return { text: lines.join('\n'), rows: cells.slice(head + 1).map(of) }
}

test('a file has exactly the rows that are shown', async () => {
  await desk.go('/unvisited?duty=elder_monthly')
  const shown = await desk.page.locator('.rows .row').evaluateAll((rows) => rows.map((row) => row.children[3].innerText))
  const { rows } = await saved()
  assert.deepEqual(rows.map((row) => row['姓名']), shown)
  await desk.go('/coverage?duty=elder_monthly')
  const figures = await desk.page.locator('table.figures tbody tr').evaluateAll((all) => all.map((row) => [row.children[0].innerText, row.children[3].innerText]))
  const table = (await saved()).rows.filter((row) => figures.some(([name]) => name === row['区划']))
  assert.deepEqual(table.map((row) => [row['区划'], row['应走访']]), figures)
})

test('in a file children are masked, and no ID number is whole', async () => {
  const duties = await desk.page.evaluate(async () => (await (await fetch('/api/header')).json()).duties)
  const { duty } = duties.find((one) => one.title_zh === '留守儿童月走访')
  await desk.go(`/coverage/people?duty=${duty}&column=due`)
  const { rows, text } = await saved()
  assert.ok(rows.length > 0)
  for (const row of rows) assert.match(row['姓名'], /\*/)
  assert.doesNotMatch(text, /\d{17}[\dX]/)
  const shown = await desk.page.locator('.rows .row').evaluateAll((all) => all.map((row) => row.children[3].innerText))
  assert.deepEqual(rows.map((row) => row['姓名']), shown)
})
