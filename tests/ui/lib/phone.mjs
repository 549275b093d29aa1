// A phone's screen: acts by clicking, counts the taps, makes pictures.
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { repository } from './world.mjs'

const require = createRequire(join(repository, 'app-ui', 'package.json'))
const { AxeBuilder } = require('@axe-core/playwright')
export const pictures = join(repository, 'target', 'ui-pictures')
const SIZE = { width: 360, height: 740 }

/** The PIN of every phone of the tests. */
export const PIN = '135790'

export class Screen {
  constructor(page, process) {
    this.page = page
    this.process = process
    this.taps = 0
    this.errors = []
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      // A command that is answered with a problem is no fault of the page.
      if (message.type() === 'error' && !message.text().includes('422')) this.errors.push(message.text())
    })
  }

  static async open(world, process, { dark = false, size = 'usual', language = 'zh' } = {}) {
    const context = await world.browser.newContext({
      viewport: SIZE, deviceScaleFactor: 2, hasTouch: true, isMobile: true, locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai', colorScheme: dark ? 'dark' : 'light',
    })
    await context.addInitScript((kept) => {
      if (!localStorage.getItem('settings')) localStorage.setItem('settings', JSON.stringify(kept))
    }, { size, language })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(process.url)
    return new Screen(page, process)
  }

  /** Taps what a person sees by its words, and counts it. */
  async tap(words, { role = 'button', exact = true, nth = 0 } = {}) {
    this.taps++
    await this.page.getByRole(role, { name: words, exact: typeof words === 'string' && exact }).nth(nth).click()
  }

  link(words, more = {}) {
    return this.tap(words, { role: 'link', ...more })
  }

  async tapOn(locator) {
    this.taps++
    await locator.click()
  }

  see(words) {
    return this.page.getByText(words).first().waitFor()
  }

  /** Waits until nothing is being sent. */
  async quiet() {
    await this.page.getByText(/正在上传第|正在联系县里/).first().waitFor({ state: 'hidden' })
  }

  async signal(on) {
    const now = await this.page.locator('.switch input').isChecked()
    if (now === on) await this.page.locator('.switch').click()
  }

  async picture(name) {
    await mkdir(pictures, { recursive: true })
    await this.page.evaluate(() => document.fonts.ready)
    // The switch is no part of the phone.
    await this.page.screenshot({ path: join(pictures, `${name}.png`), style: '.switch { display: none !important }', animations: 'disabled' })
  }

  /** What axe-core finds that is serious. */
  async faults() {
    const found = await new AxeBuilder({ page: this.page }).exclude('.switch').analyze()
    return found.violations
      .filter((one) => ['serious', 'critical'].includes(one.impact))
      .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)
  }

  /** From the sheet to 今日, by hand. */
  async enrol(code, pin = PIN) {
    await this.page.getByLabel('启用码').fill(code)
    await this.tap('下一步')
    await this.page.getByLabel('解锁密码', { exact: false }).first().fill(pin)
    await this.page.getByLabel('再输一次').fill(pin)
    await this.tap('启用')
    await this.see('核对县里的 6 位数')
    await this.tap('一样，下载名单')
    await this.see('应走访')
  }
}
