// A phone's screen: acts by clicking, counts the taps, makes pictures, says what is wrong with how it looks.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { repository } from './world.mjs'

const require = createRequire(join(repository, 'app-ui', 'package.json'))
const { AxeBuilder } = require('@axe-core/playwright')
/** Where the pictures of a run are left. */
export const pictures = join(repository, 'target', 'ui-pictures')
export const SIZE = { width: 360, height: 740 }
export const TARGET = 48

/** 标准 and 特大, as the app has them. */
const PIXELS = { usual: 17, largest: 24 }

/** The PIN of every phone of the tests. */
export const PIN = '135790'

/** Carries out a command of a phone behind its screen: only to set the stage. */
export async function command(phone, name, args = {}) {
  const answer = await fetch(`${phone.url}/call/${name}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args),
  })
  const body = await answer.json()
  if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(body)}`)
  return body
}

/** Somebody new with a role in an area, and their phone. */
export async function phoneOf(world, name, area) {
  await world.cli('staff', 'add', name, '--phone', '10700000000')
  await world.cli('staff', 'assign', name, 'assistance_officer', area)
  const phone = await world.phone(name)
  await command(phone, 'enrol', { code: await world.sheet(name), pin: PIN, county: null })
  const report = await command(phone, 'exchange')
  assert.equal(report.problem, null)
  for (let more = true; more; ) more = (await command(phone, 'tidy')).more
  return phone
}

/** Digits with the one that checks them, as the client finds it. */
export async function withCheck(phone, digits, kind = 'enrol') {
  for (let last = 0; last < 10; last++) {
    const right = await command(phone, 'check_code', { kind, code: `${digits}${last}` }).then(() => true, () => false)
    if (right) return `${digits}${last}`
  }
  throw new Error('no digit checks these')
}

/** What can be measured of how a page looks. It runs in the page, also in one of Chromium 72. */
export function measured(target) {
  const visible = (one) => one.getClientRects().length > 0 && !one.closest('.switch')
  const says = (one) => (one.innerText || '').trim().slice(0, 20) || one.getAttribute('aria-label') || one.id || one.className
  const acts = [...document.querySelectorAll('a, button, input, select, textarea')].filter(visible)
  const small = acts.filter((one) => {
    const box = (one.closest('label') || one).getBoundingClientRect()
    return box.height < target - 0.5 || box.width < 40
  })
  const wide = [...document.querySelectorAll('#app *')].filter(visible).filter((one) => {
    const box = one.getBoundingClientRect()
    return box.right > window.innerWidth + 1 && !one.closest('pre')
  })
  const cut = [...document.querySelectorAll('button, h1, .tag, .main, .plain')].filter(visible).filter((one) => one.scrollWidth > one.clientWidth + 1)
  // A word of letters that stands on two lines. One that is longer than any line has to.
  const broken = []
  for (const one of [...document.querySelectorAll('h1, h2, p, a, button, label, strong, .tag, .text')].filter(visible)) {
    for (const node of [...one.childNodes].filter((at) => at.nodeType === Node.TEXT_NODE)) {
      // Among words of English, a name in Chinese is one too where it says whose page or row it is.
      const name = document.documentElement.lang.startsWith('en') && /^(H1|STRONG)$/.test(one.tagName)
      for (const { 0: word, index } of node.data.matchAll(name ? /[A-Za-z’']{2,}|\p{Script=Han}{2,4}(?!\p{Script=Han})/gu : /[A-Za-z’']{2,}/g)) {
        const range = document.createRange()
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        if (range.getClientRects().length > 1) broken.push(`${word} in “${node.data.trim().slice(0, 30)}”`)
      }
    }
  }
  const scrolls = document.documentElement.scrollHeight > window.innerHeight + 1
  return { small: small.map(says), wide: wide.map(says), cut: cut.map(says), broken, page: scrolls ? ['the page itself scrolls'] : [] }
}

export class Screen {
  constructor(page, phone) {
    this.page = page
    this.phone = phone
    this.taps = 0
    this.errors = []
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      // A command that is answered with a problem is no fault of the page.
      if (message.type() === 'error' && !message.text().includes('422')) this.errors.push(message.text())
    })
  }

  static async open(world, phone, { dark = false, size = 'usual', language = 'zh', path = '', motion = 'reduce' } = {}) {
    const context = await world.browser.newContext({
      viewport: SIZE, deviceScaleFactor: 2, hasTouch: true, isMobile: true, locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai', colorScheme: dark ? 'dark' : 'light', reducedMotion: motion,
    })
    await context.addInitScript((kept) => {
      if (!localStorage.getItem('settings')) localStorage.setItem('settings', JSON.stringify(kept))
    }, { size, language })
    const page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(phone.url + path)
    return new Screen(page, phone)
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

  /** Opens the row of a list in which these words stand. */
  async row(words) {
    await this.tapOn(this.page.locator('.body a', { hasText: words }).first())
  }

  /** Goes to a page without a tap. */
  go(path) {
    return this.page.goto(`${this.phone.url}/#${path}`)
  }

  see(words) {
    return this.page.getByText(words).filter({ visible: true }).first().waitFor()
  }

  gone(words) {
    return this.page.getByText(words).first().waitFor({ state: 'hidden' })
  }

  body() {
    return this.page.locator('.body:visible').innerText()
  }

  /** Waits until nothing is being sent. */
  async quiet() {
    await this.page.getByText(/正在上传第|正在联系县里/).first().waitFor({ state: 'hidden' })
  }

  async signal(on) {
    const away = await this.page.locator('.switch input').isChecked()
    if (away === on) {
      await this.page.locator('.switch').click()
      await this.page.waitForFunction((wanted) => document.querySelector('.switch input').checked === !wanted, on)
    }
  }

  async digits(pin) {
    for (const digit of pin) await this.tap(digit)
  }

  /** What is asked for at the lock. */
  async unlock(pin = PIN) {
    await this.digits(pin)
    await this.tap('解锁')
  }

  /** Away for longer than the lock waits. */
  async away() {
    await this.page.evaluate(() => {
      const now = Date.now
      const hide = (hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })
        document.dispatchEvent(new Event('visibilitychange'))
      }
      hide(true)
      Date.now = () => now() + 16 * 60_000
      hide(false)
      Date.now = now
    })
    await this.see('请输入解锁密码')
  }

  /** Types what stands on the sheet, and a PIN. */
  async type(code, pin = PIN) {
    await this.page.getByLabel('启用码').fill(code)
    await this.tap('下一步')
    await this.page.getByLabel('解锁密码', { exact: false }).first().fill(pin)
    await this.page.getByLabel('再输一次').fill(pin)
    await this.tap('启用')
  }

  /** From the sheet to 今日, by hand. */
  async enrol(code, pin = PIN) {
    await this.type(code, pin)
    await this.see('核对县里的 6 位数')
    await this.tap('一样，下载名单')
    await this.see('应走访')
    await this.quiet()
  }

  /** From a list to the form of somebody who is at home. */
  async visit(row) {
    await this.row(row)
    await this.tap('开始走访')
    await this.tap('下一步')
  }

  /** The form is filled in: the visit is kept. */
  async finish() {
    await this.tap('填完了，存好')
    await this.see('已存在手机里，不会丢。')
  }

  /** From somebody's page: nobody was met. */
  async notMet(reason) {
    await this.link('没见到')
    await this.tap(reason)
    await this.tap('存在手机里')
  }

  /** Sends what waits, on 记录. */
  async upload() {
    const words = /现在上传|再试一次/
    // One that is under way may have a new code to make, which takes long where nothing is optimised.
    await this.page.getByRole('button', { name: words }).waitFor({ timeout: 30_000 })
    // What stood there before says nothing of this time.
    await Promise.all([this.page.waitForResponse(/\/call\/exchange$/, { timeout: 30_000 }), this.tap(words)])
    await this.see(/都传完了|没有要上传的/)
  }

  /** Fills in the form that is open to its last page: 没变化 where it is offered, else the first choices. */
  async fill({ compare = true } = {}) {
    for (let page = 0; page < 12; page++) {
      await this.page.locator('.progress').waitFor()
      const at = await this.page.locator('.progress').innerText()
      const unchanged = this.page.getByRole('button', { name: '没变化', pressed: false })
      if (compare && (await unchanged.count())) {
        await this.tapOn(unchanged)
      } else {
        await this.answers()
        const next = this.page.getByRole('button', { name: '下一页' })
        if (!(await next.count())) return
        await this.tapOn(next)
      }
      await this.page.waitForFunction((before) => document.querySelector('.progress').innerText !== before, at)
    }
    throw new Error('the form does not end')
  }

  async answers() {
    for (let round = 0; round < 60; round++) {
      // What an answer asks next stands there once the client has it.
      await this.page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
      const open = this.page.locator('.body section[id] .choices:not(:has([aria-pressed=true]))').first()
      if (!(await open.count())) return
      const choice = open.locator('button').first()
      const words = await choice.innerText()
      await this.tapOn(choice)
      if (!words) throw new Error('a choice without words')
    }
    throw new Error('the questions do not end')
  }

  /** The page as it stands, in another size of type: as 我的 sets it. */
  sized(size) {
    return this.page.evaluate(async ([to, pixels]) => {
      document.documentElement.style.fontSize = `${pixels}px`
      document.documentElement.dataset.size = to
      await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))
      dispatchEvent(new Event('resize'))
    }, [size, PIXELS[size]])
  }

  async picture(name) {
    await mkdir(pictures, { recursive: true })
    await this.page.evaluate(() => document.fonts.ready)
    const shown = (display) => this.page.evaluate((to) => {
      const own = document.querySelector('.switch')
      if (own) own.style.display = to
    }, display)
    // The switch is no part of the phone.
    await shown('none')
    await this.page.screenshot({ path: join(pictures, `${name}.png`), caret: 'initial' })
    await shown('')
  }

  /** What is wrong with how the page looks: for those who cannot see well, have one thumb, or large type. */
  async faults(name, { axe = true } = {}) {
    const found = axe ? (await new AxeBuilder({ page: this.page }).exclude('.switch').analyze()).violations : []
    const grave = found.filter((one) => ['serious', 'critical'].includes(one.impact))
    const faults = grave.map((one) => `${name}: ${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.any?.[0]?.message ?? ''}`).slice(0, 2).join(' | ')}`)
    const look = await this.page.evaluate(measured, TARGET)
    for (const [kind, all] of Object.entries(look)) {
      if (all.length) faults.push(`${name}: ${kind}: ${all.join(' | ')}`)
    }
    return faults
  }

  /** A picture, and nothing is wrong with how it looks. */
  async shown(name) {
    await this.picture(name)
    assert.deepEqual(await this.faults(name), [])
  }

  /** What these words stand in, in 标准 and in 特大. */
  async looked(words, name) {
    // A page that was just opened asks once more.
    await this.page.waitForTimeout(300)
    for (const size of ['usual', 'largest']) {
      await this.sized(size)
      await this.page.getByText(words).filter({ visible: true }).first().scrollIntoViewIfNeeded()
      await this.shown(size === 'usual' ? name : `${name}-largest`)
    }
    await this.sized('usual')
  }

  /** The same in 标准 and in 特大. */
  async shownInBoth(name) {
    await this.shown(name)
    await this.sized('largest')
    await this.shown(`${name}-largest`)
    await this.sized('usual')
  }
}
