// What ships to phones: small, old enough in its language, nothing of the bridge in it, nothing from outside.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { repository } from './lib/world.mjs'

const require = createRequire(join(repository, 'app-ui', 'package.json'))
const acorn = require('acorn')
const MOST = 160 * 1024
let files, page

before(async () => {
  const folder = join(repository, 'app-ui', 'dist', 'phone')
  page = await readFile(join(folder, 'index.html'), 'utf8')
  const names = await readdir(join(folder, 'assets'))
  files = await Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, 'assets', name), 'utf8') })))
})
const scripts = () => files.filter((file) => file.name.endsWith('.js'))
const styles = () => files.filter((file) => file.name.endsWith('.css'))

test('at most 160 KB of script and style, compressed', () => {
  const size = [...scripts(), ...styles()].reduce((sum, file) => sum + gzipSync(file.text, { level: 9 }).length, 0)
  assert.ok(size <= MOST, `${size} bytes`)
})

test('what is for the county’s eyes, and the words of its own records, are in no phone', () => {
  const all = scripts().map((file) => file.text).join('\n')
  for (const words of ['限制处理的理由', '认可拒访的理由', '处理的理由', '月结时的情况']) assert.ok(!all.includes(words), words)
  assert.ok(all.includes('怎么找到这家'), 'what a phone shows is there')
})

test('no icon font and no picture; the one font is for rare characters, and fetched only where one stands', () => {
  const other = files.filter((file) => !/\.(js|css)$/.test(file.name)).map((file) => file.name)
  assert.equal(other.length, 1)
  assert.match(other[0], /^rare-characters-.*\.woff2$/)
  const faces = styles().flatMap((file) => file.text.match(/@font-face\s*{[^}]*}/g) ?? [])
  assert.equal(faces.length, 1)
  assert.match(faces[0], new RegExp(`${other[0]}[^}]*unicode-range:U\\+9FA6-9FFF,\\s*U\\+20000-3FFFF`))
})

test('a WebView that cannot run the app says so', async () => {
  assert.match(page, /<script nomodule src="\/old\.js"><\/script>/)
  assert.match(page, /<p id="old" hidden>[^<]*不会丢。<\/p>/)
  const old = await readFile(join(repository, 'app-ui', 'dist', 'phone', 'old.js'), 'utf8')
  acorn.parse(old, { ecmaVersion: 5 })
  const shown = { hidden: true }
  new Function('document', old)({ getElementById: (id) => id === 'old' && { removeAttribute: (name) => delete shown[name] } })
  assert.deepEqual(shown, {})
})

test('the bridge is in no build that ships', async () => {
  for (const { name, text } of files) assert.ok(!/\/call\/|\/signal/.test(text), name)
  const bridge = await readdir(join(repository, 'app-ui', 'dist', 'phone-bridge', 'assets'))
  assert.ok(bridge.some((name) => name.startsWith('SignalSwitch')), 'the test would see it')
  assert.ok(!files.some((file) => file.name.startsWith('SignalSwitch')))
})

test('a strict policy can hold: no script in the page, nothing from outside', () => {
  assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)/)
  assert.doesNotMatch(page, /\son\w+=|style=/)
  assert.doesNotMatch(page, /(src|href)="(https?:)?\/\//)
  for (const { name, text } of scripts()) assert.ok(!/\bnew Function\b|\beval\(/.test(text), name)
})

test('every style is understood by a WebView of Chromium 72', () => {
  assert.ok(styles().length > 1)
  for (const { name, text } of styles()) {
    // A rule with one of these is passed over as a whole.
    const tooNew = text.match(/[^-\w](min|max|clamp)\([^)]*\)|[;{](gap|row-gap|column-gap|inset|aspect-ratio)\s*:|:(is|where|has)\(/)
    assert.equal(tooNew && tooNew[0], null, name)
  }
})

test('every script can be read by a WebView of Chromium 72', () => {
  const tooNew = ['?.', '??', '??=', '||=', '&&=']
  for (const { name, text } of scripts()) {
    const tokens = acorn.tokenizer(text, { ecmaVersion: 'latest', sourceType: 'module' })
    for (const token of tokens) {
      const label = token.type.label
      const written = text.slice(token.start, token.end)
      assert.ok(!tooNew.includes(label === 'assign' ? written : label), `${name}: ${written} at ${token.start}`)
      assert.ok(!(label === 'privateId' || (label === 'num' && written.endsWith('n'))), `${name}: ${written} at ${token.start}`)
    }
  }
})
