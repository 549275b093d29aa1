// What the screens cost, in a real browser on the real programs. Each line of the output is a row of the bench's
// table; `cargo xtask bench screens` runs it.
import { phoneOf, SIZE } from './lib/phone.mjs'
import { account, Desk, WIDE } from './lib/console.mjs'
import { answered, chosen, measured, opened, scrolled, shown } from './lib/paint.mjs'
import { World } from './lib/world.mjs'

/** So many times slower than this machine: a cheap phone. */
const SLOWER = 6
const RUNS = 15
/** More people than any worker has on a phone. */
const PEOPLE = 5_000
const TYPED = ['yang', 'zhm', '李润', '0017', 'duanl', 'sxf']
/** Two screens a frame. */
const STEP = 1_500

/** Folders of counties: of the coverage table, and of the longest register. */
const [coverage, register] = process.argv.slice(2)

const row = (what, ms, more) => console.log(JSON.stringify({ what, ms, ...more }))

function small(world) {
  return world.browser.newContext({ viewport: SIZE, deviceScaleFactor: 2, hasTouch: true, isMobile: true, locale: 'zh-CN' })
}

/** A page of a few words that does the same, by itself. */
async function bare(world, html, each, count) {
  const context = await small(world)
  const page = await measured(context, SLOWER)
  await page.goto('about:blank')
  await page.setContent(html)
  const took = []
  for (let one = 0; one < count; one++) took.push(await each(page))
  await context.close()
  return took
}

/** From nothing in the browser's cache to the day's list. */
async function firstView(world, phone) {
  const took = []
  const theirs = []
  for (let run = 0; run < RUNS; run++) {
    for (const [times, url, seen] of [[theirs, 'data:text/html,<p>1', 'p'], [took, `${phone.url}/#/today`, '.body a']]) {
      const context = await small(world)
      times.push(await opened(await measured(context, SLOWER), url, seen))
      await context.close()
    }
  }
  row('the phone\'s app: opened, to the day\'s list painted', took, { baseline: 'an empty page', theirs, share: 0.5 })
}

/** Every answer of a first visit is tapped. */
async function taps(world, phone) {
  const context = await small(world)
  const page = await measured(context, SLOWER)
  await page.goto(`${phone.url}/#/people`)
  const visits = 3
  const took = []
  for (let visit = 0; visit < visits; visit++) {
    await page.goto(`${phone.url}/#/people`)
    await page.locator('.body li a').nth(visit * 4).click()
    await page.getByRole('link', { name: '开始走访' }).or(page.getByRole('button', { name: '开始走访' })).click()
    await page.getByRole('button', { name: '下一步', exact: true }).click()
    for (let last = false; !last; ) {
      const progress = page.locator('.progress')
      await progress.waitFor()
      const at = await progress.innerText()
      const open = page.locator('.body section[id] .choices:not(:has([aria-pressed=true]))')
      while (await open.count()) took.push(await chosen(page, () => open.first().locator('button').first().click()))
      const next = page.getByRole('button', { name: '下一页' })
      last = !(await next.count())
      if (last) break
      await next.click()
      await page.waitForFunction((before) => document.querySelector('.progress').innerText !== before, at)
    }
  }
  await context.close()
  const html = '<button aria-pressed="false" onclick="this.ariaPressed = \'true\'">1</button>'
  const theirs = await bare(world, html, async (one) => {
    await one.evaluate(() => (document.querySelector('button').ariaPressed = 'false'))
    return chosen(one, () => one.locator('button').click())
  }, took.length)
  row(`an answer tapped, to its next state painted: ${took.length} answers, p95`, took, { baseline: 'a bare button', theirs, share: 0.95, most: 100 })
}

async function typing(world, phone) {
  const context = await small(world)
  const page = await measured(context, SLOWER)
  await page.goto(`${phone.url}/#/people`)
  const field = page.getByRole('searchbox')
  const took = []
  for (const words of TYPED) {
    await field.fill('')
    await page.locator('.home').first().waitFor()
    await field.focus()
    for (const key of words) took.push(await answered(page, 'input', () => page.keyboard.insertText(key)))
  }
  await context.close()
  const html = '<input><p></p>'
  const theirs = await bare(world, html, async (one) => {
    await one.evaluate(() => {
      document.querySelector('p').remove()
      document.querySelector('input').oninput = () => document.body.append(document.createElement('p'))
    })
    await one.locator('input').focus()
    return shown(one, 'input', 'p', () => one.keyboard.insertText('a'))
  }, took.length)
  row(`a key in the search of ${PEOPLE.toLocaleString('en')} people, to its list painted: ${took.length} keys, p95`, took, { baseline: 'a bare field', theirs, share: 0.95, most: 100 })
}

/** A page of the console, in a window of its own that can be measured. */
async function desk(world) {
  const who = await account(world, '县审核员', 'reviewer')
  const one = await Desk.as(world, who)
  const context = one.page.context()
  const page = await measured(context)
  await page.setViewportSize(WIDE)
  return page
}

async function table() {
  const world = await World.of(coverage)
  const page = await desk(world)
  const took = []
  const theirs = []
  for (let run = 0; run < RUNS; run++) {
    await page.goto(`${world.desk}/subjects`, { waitUntil: 'networkidle' })
    const link = page.locator('.rail a[href^="/coverage"]')
    took.push(await shown(page, 'click', 'table.figures tbody tr', () => link.click()))
    theirs.push(await page.evaluate(async () => {
      const asked = performance.getEntriesByType('resource').map((one) => one.name).findLast((name) => new URL(name).pathname === '/api/coverage')
      const began = performance.now()
      await (await fetch(asked)).json()
      return performance.now() - began
    }))
  }
  await world.end()
  row('the console\'s 走访情况: opened, to its table painted', took, { baseline: 'its reply alone', theirs, share: 0.5, most: 300 })
}

async function rows() {
  const world = await World.of(register)
  const page = await desk(world)
  await page.goto(`${world.desk}/subjects`, { waitUntil: 'networkidle' })
  const people = Number(await page.getByRole('table').getAttribute('aria-rowcount')) - 1
  const { frames, blank } = await scrolled(page, '[role=table]', STEP)
  await world.end()
  const what = `the console's 服务对象: ${people.toLocaleString('en')} rows scrolled from end to end`
  row(`${what}, a frame, p95`, frames, { share: 0.95 })
  row(`${what}, ${frames.length.toLocaleString('en')} frames, of these with a blank`, null, { count: blank, most: 0 })
}

const world = await World.begin(PEOPLE, 2)
const phone = await phoneOf(world, '全县人', '云龙县')
for (const measure of [firstView, taps, typing]) await measure(world, phone)
await world.end()
await table()
await rows()
