// The county's console in a browser: logs in, makes pictures, says what is wrong with how it looks.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { repository } from './world.mjs'

const require = createRequire(join(repository, 'app-ui', 'package.json'))
const { AxeBuilder } = require('@axe-core/playwright')
/** Where the pictures of a run are left. */
export const pictures = join(repository, 'target', 'ui-pictures')
export const WIDE = { width: 1440, height: 900 }
export const SMALL = { width: 1280, height: 720 }

/** The password of every account of the tests. */
export const PASSWORD = 'walnut-tree-door'

// The server shows the console that was just built.
process.env.COUNTY_DESK_CONSOLE = join(repository, 'app-ui', 'dist', 'review')

/** An account for the first who holds a role, in the whole county or below an area. */
export async function account(world, role, login, area = '') {
  const lines = (await world.cli('staff', 'list', area || '云龙县')).split('\n')
  const line = lines.map((one) => one.split(/\s{2,}/)).find((one) => one[2] === role)
  const said = await world.cli('account', 'add', line[3], login)
  return { login, name: line[3], first: /密码 (\S+?)（/.exec(said)[1] }
}

export class Desk {
  constructor(page, world) {
    this.page = page
    this.world = world
    this.errors = []
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (message) => {
      // A refusal is an answer like any other.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) this.errors.push(message.text())
    })
  }

  static async open(world, { size = WIDE, dark = false, language = 'zh', path = '/' } = {}) {
    const context = await world.browser.newContext({
      viewport: size, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', acceptDownloads: true,
    })
    await context.addInitScript((chosen) => localStorage.setItem('desk-language', localStorage.getItem('desk-language') ?? chosen), language)
    const page = await context.newPage()
    page.setDefaultTimeout(25_000)
    await page.goto(world.desk + path)
    return new Desk(page, world)
  }

  /** Logs in; the first time the first password is changed. */
  static async as(world, who, more = {}) {
    const desk = await Desk.open(world, more)
    await desk.logIn(who)
    return desk
  }

  async logIn(who) {
    const { page } = this
    await page.locator('input[name=username]').fill(who.login)
    await page.locator('input[name=password]').fill(who.changed ? PASSWORD : who.first)
    await page.locator('form button[type=submit]').click()
    if (!who.changed) {
      const again = page.locator('input[autocomplete=new-password]')
      await again.first().waitFor()
      await page.locator('input[autocomplete=current-password]').fill(who.first)
      await again.nth(0).fill(PASSWORD)
      await again.nth(1).fill(PASSWORD)
      await page.locator('form button[type=submit]').click()
      who.changed = true
    }
    await page.locator('.frame main').waitFor()
  }

  press(words) {
    return this.page.getByRole('button', { name: words, exact: true }).first().click()
  }

  see(words) {
    return this.page.getByText(words).filter({ visible: true }).first().waitFor()
  }

  /** Goes to a page, with everything it reads. */
  async go(path) {
    await this.page.goto(this.world.desk + path)
    await this.page.locator('main').waitFor()
    await this.quiet()
  }

  async quiet() {
    await this.page.waitForLoadState('networkidle')
    await this.page.waitForTimeout(60)
  }

  async picture(name) {
    await mkdir(pictures, { recursive: true })
    await this.page.evaluate(() => document.fonts.ready)
    await this.page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' })
  }

  /** A picture, and nothing is wrong with how it looks, nor in the page's own messages. */
  async shown(name, more) {
    // What slides in has come.
    await this.page.waitForTimeout(400)
    await this.picture(name)
    assert.deepEqual([...(await this.faults(name, more)), ...this.errors], [])
  }

  /** What axe-core finds that is serious, and what is cut off or sticks out. */
  async faults(name, { axe = true } = {}) {
    const found = axe ? (await new AxeBuilder({ page: this.page }).analyze()).violations : []
    const grave = found.filter((one) => ['serious', 'critical'].includes(one.impact))
    const faults = grave.map((one) => `${name}: ${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.any?.[0]?.message ?? ''}`).join(' | ')}`)
    const look = await this.page.evaluate(() => {
      const visible = (one) => one.getClientRects().length > 0
      const says = (one) => one.innerText?.trim().slice(0, 20) || one.getAttribute('aria-label') || one.className
      const cut = [...document.querySelectorAll('h1, h2, button, .word, th, .el-button')].filter(visible).filter((one) => one.scrollWidth > one.clientWidth + 1)
      // What was chosen of a list is there whole, in one line or two.
      const chosen = [...document.querySelectorAll('.el-select__placeholder')].filter(visible)
      const box = (one) => one.closest('.el-select__wrapper').getBoundingClientRect()
      cut.push(...chosen.filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > box(one).height))
      cut.push(...[...document.querySelectorAll('header input')].filter(visible).filter((one) => one.scrollWidth > one.clientWidth + 1))
      // In cells and facts nothing is hidden because it does not fit, and nothing sticks out; but the words of people of
      // which a list shows the first lines, and what the row opens the whole.
      const tall = (one) => one.scrollHeight > one.clientHeight + 2
      const hides = (one) => ['hidden', 'clip'].includes(getComputedStyle(one).overflowX)
      const held = [...document.querySelectorAll('[role=row], [role=row] *, table *, dl *, .who *')].filter(visible)
        .filter((one) => !one.closest('.unseen, svg, .bar, .clamped') && one.textContent.trim() && (hides(one) || one.matches('[role=row], [role=cell], td')))
      const clipped = held.filter((one) => one.clientWidth > 0 && (one.scrollWidth > one.clientWidth + 1 || tall(one)))
      const wide = document.documentElement.scrollWidth > window.innerWidth + 1
      return { cut: cut.map(says), clipped: clipped.map(says), wide: wide ? ['the page is wider than the window'] : [] }
    })
    for (const [kind, all] of Object.entries(look)) if (all.length) faults.push(`${name}: ${kind}: ${all.join(' | ')}`)
    return faults
  }
}
