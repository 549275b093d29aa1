// Chromium 72, the oldest WebView that is served: driven over its pipe by the protocol itself, because
// Playwright cannot drive it. `OLD_BROWSER` is the folder of the npm package that carries it.
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'
import { measured, pictures, SIZE, TARGET } from './phone.mjs'

const PATIENCE_MS = 20_000
const LOOK_MS = 50

/** The program, unpacked once beside the package. */
async function program() {
  const folder = join(process.env.OLD_BROWSER, 'bin')
  const unpacked = join(folder, 'chromium')
  const there = await stat(unpacked).catch(() => null)
  if (!there) {
    const packed = (await readdir(folder)).find((name) => /^chromium-72\..*\.br$/.test(name))
    const fresh = `${unpacked}.unfinished-${process.pid}`
    await pipeline(createReadStream(join(folder, packed)), createBrotliDecompress(), createWriteStream(fresh, { mode: 0o755 }))
    await rename(fresh, unpacked)
  }
  return unpacked
}

export class OldBrowser {
  static async begin(world) {
    const browser = new OldBrowser()
    browser.profile = await mkdtemp(join(world.folder, 'old-browser-'))
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--lang=zh-CN', '--hide-scrollbars']
    browser.child = spawn(await program(), [...flags, '--remote-debugging-pipe', `--user-data-dir=${browser.profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', process.env.UI_LOUD ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    })
    browser.asked = new Map()
    browser.errors = []
    browser.number = 0
    let said = ''
    browser.child.stdio[4].setEncoding('utf8').on('data', (text) => {
      const whole = (said + text).split('\0')
      said = whole.pop()
      for (const one of whole) browser.heard(JSON.parse(one))
    })
    const { targetId } = await browser.say('Target.createTarget', { url: 'about:blank' })
    browser.session = (await browser.say('Target.attachToTarget', { targetId, flatten: true })).sessionId
    for (const domain of ['Page', 'Runtime', 'Log']) await browser.say(`${domain}.enable`)
    await browser.say('Emulation.setDeviceMetricsOverride', { ...SIZE, deviceScaleFactor: 2, mobile: true })
    return browser
  }

  heard({ id, result, error, method, params }) {
    const wait = this.asked.get(id)
    this.asked.delete(id)
    if (error) wait?.fail(new Error(error.message))
    else wait?.answer(result)
    if (method === 'Runtime.exceptionThrown') this.errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text)
    if (method === 'Runtime.consoleAPICalled' && params.type === 'error') this.errors.push(JSON.stringify(params.args))
    // A command that is answered with a problem is no fault of the page; what is not kept alive is sent again.
    if (method === 'Log.entryAdded' && params.entry.level === 'error' && !/422|with keepalive specified/.test(params.entry.text)) this.errors.push(params.entry.text)
  }

  say(method, params = {}) {
    const id = ++this.number
    const session = this.session ? { sessionId: this.session } : {}
    this.child.stdio[3].write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    return new Promise((answer, fail) => this.asked.set(id, { answer, fail }))
  }

  /** What an expression of the page comes to; written in the language of that browser. */
  async look(expression) {
    const { result, exceptionDetails } = await this.say('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  /** Waits until an expression is true, and answers what it came to. */
  async until(expression, what = expression) {
    const end = Date.now() + PATIENCE_MS
    for (;;) {
      const value = await this.look(expression)
      if (value) return value
      if (Date.now() > end) throw new Error(`waited for ${what}; there is: ${await this.look('document.body.innerText')}`)
      await new Promise((later) => setTimeout(later, LOOK_MS))
    }
  }

  async go(url) {
    await this.say('Page.navigate', { url })
    await this.until(`document.readyState === 'complete' && document.querySelector('.page')`, url)
  }

  see(words) {
    return this.until(`document.body.innerText.includes(${JSON.stringify(words)})`, words)
  }

  /** Taps in the middle of the first thing to act on that is called so, when nothing lies over it. */
  async tap(words, among = 'button, a, label, [role=checkbox], summary') {
    const place = await this.until(
      `(function () {
        var words = ${JSON.stringify(words)};
        var all = Array.prototype.filter.call(document.querySelectorAll(${JSON.stringify(among)}), function (one) {
          var called = (one.getAttribute('aria-label') || one.innerText || '').trim();
          return one.getClientRects().length && !one.disabled && (called === words || called.split('\\n')[0] === words || called.indexOf(words) === 0);
        });
        if (!all.length) return null;
        all[0].scrollIntoView({ block: 'center' });
        var box = all[0].getBoundingClientRect();
        var at = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
        var top = document.elementFromPoint(at.x, at.y);
        return top && (all[0] === top || all[0].contains(top)) ? at : null;
      })()`,
      `something to tap: ${words}`,
    )
    await this.press(place)
  }

  async press({ x, y }) {
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.say('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
    }
  }

  /** Types into the field of a selector, key by key. */
  async type(selector, text) {
    await this.until(`(function () { var one = document.querySelector(${JSON.stringify(selector)}); if (one) one.focus(); return one && document.activeElement === one })()`, selector)
    for (const key of text) {
      await this.say('Input.dispatchKeyEvent', { type: 'keyDown', text: key, key })
      await this.say('Input.dispatchKeyEvent', { type: 'keyUp', key })
    }
  }

  async picture(name) {
    await mkdir(pictures, { recursive: true })
    await this.look(`(function () { var own = document.querySelector('.switch'); if (own) own.style.display = 'none' })()`)
    const { data } = await this.say('Page.captureScreenshot', { format: 'png' })
    await this.look(`(function () { var own = document.querySelector('.switch'); if (own) own.style.display = '' })()`)
    await writeFile(join(pictures, `old-${name}.png`), Buffer.from(data, 'base64'))
  }

  /** What can be measured of how the page looks, as in every other browser. */
  async faults() {
    const look = await this.look(`(${measured})(${TARGET})`)
    return Object.entries(look).filter(([, all]) => all.length).map(([kind, all]) => `${kind}: ${all.join(' | ')}`)
  }

  async end() {
    this.child.kill('SIGKILL')
    await rm(this.profile, { recursive: true, force: true })
  }
}
