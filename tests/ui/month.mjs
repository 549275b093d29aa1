// What stands in the console's table 走访情况, read in a browser: called by the month when it compares figures
// (tests/src/month/screen.rs). On standard input: where, who, which pages; on standard output: rows with their numbers.
import { stdin, stdout } from 'node:process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { BROWSER, chromium, repository } from './lib/world.mjs'

const pictures = join(repository, 'target', 'ui-pictures')

async function text(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const asked = JSON.parse(await text(stdin))
const browser = await chromium.launch(BROWSER)
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(25_000)
  await page.goto(asked.desk)
  await page.locator('input[name=username]').fill(asked.login)
  await page.locator('input[name=password]').fill(asked.password)
  await page.locator('form button[type=submit]').click()
  await page.locator('.frame main').waitFor()
  const rows = []
  for (const [number, { duty, path }] of asked.pages.entries()) {
    await page.goto(asked.desk + path)
    await page.locator('table.figures tbody tr').first().waitFor()
    await page.waitForLoadState('networkidle')
    // The columns as a reader counts them: register, not counted, due, met, at home, rate, not visited, its four.
    const read = await page.locator('table.figures tbody tr').evaluateAll((lines) => lines.map((line) => {
      const cells = [...line.querySelectorAll('td')].map((cell) => Number(cell.innerText.replace(/[^\d]/g, '')))
      const [register, not_counted, due, met, met_home, , open, change_pending, tried, silent, not_yet] = cells
      const area = new URL(line.querySelector('th a').href).searchParams.get('area')
      return { area: Number(area), numbers: { register, not_counted, due, met, met_home, open, change_pending, tried, silent, not_yet } }
    }))
    rows.push(...read.map((row) => ({ duty, ...row })))
    if (number === asked.pages.length - 1) {
      await mkdir(pictures, { recursive: true })
      await page.evaluate(() => document.fonts.ready)
      await page.screenshot({ path: join(pictures, asked.pages.length > 1 ? 'desk-month.png' : 'desk-month-closed.png'), animations: 'disabled' })
    }
  }
  stdout.write(JSON.stringify(rows))
} finally {
  await browser.close()
}
