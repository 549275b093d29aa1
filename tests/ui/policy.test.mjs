// What the phone's screens may load is in the browser what it is in the app, and they live within it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PIN, Screen } from './lib/phone.mjs'
import { text, World } from './lib/world.mjs'

let world, screen

before(async () => {
  world = await World.begin(150)
  screen = await Screen.open(world, await world.phone('one'))
})
after(() => world?.end())

/** A policy by its directives. */
const directives = (policy) => new Map(policy.split(';').map((one) => one.trim()).map((one) => [one.split(' ')[0], one.split(' ').slice(1)]))

test('the policy is the app’s but for the carrier, and lets no script of a page’s own run', async () => {
  const sent = directives((await fetch(screen.phone.url)).headers.get('content-security-policy'))
  const app = directives(JSON.parse(await text('app-ui', 'src-tauri', 'tauri.conf.json')).app.security.csp)
  for (const [name, sources] of app) assert.deepEqual(sent.get(name), name === 'connect-src' ? ["'self'"] : sources, name)
  assert.deepEqual([...sent.keys()].filter((name) => !app.has(name)), ['frame-ancestors'])
  const scripts = sent.get('script-src') ?? sent.get('default-src')
  assert.deepEqual(scripts, ["'self'"])
})

test('every page lives within it', async () => {
  const { page } = screen
  await page.addInitScript(() => {
    window.refused = []
    document.addEventListener('securitypolicyviolation', (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))
  })
  await page.reload()
  await screen.enrol(await world.sheet('董正雄'), PIN)
  for (const path of ['/today', '/people', '/records', '/me', '/about', '/pin', '/urgent']) {
    await screen.go(path)
    await page.waitForTimeout(150)
  }
  await screen.go('/today')
  await screen.row('本月还没走')
  await screen.tap('开始走访')
  await screen.tap('下一步')
  await page.locator('.progress').waitFor()
  assert.deepEqual(await page.evaluate(() => window.refused), [])
  assert.deepEqual(screen.errors, [])
  // That a breach would have been seen.
  await page.evaluate(() => document.body.appendChild(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' })))
  assert.deepEqual(await page.evaluate(() => [window.ran, window.refused.length]), [undefined, 1])
})
