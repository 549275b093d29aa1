// What ships to the desk: the first view is small, runs on Chromium 87, and a strict policy can hold.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { repository } from './lib/world.mjs'

const require = createRequire(join(repository, 'app-ui', 'package.json'))
const acorn = require('acorn')
const MOST = 250 * 1024
const folder = join(repository, 'app-ui', 'dist', 'review')
let files, page

before(async () => {
  page = await readFile(join(folder, 'index.html'), 'utf8')
  const names = await readdir(join(folder, 'assets'))
  files = new Map(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, 'assets', name), 'utf8')])))
})

// What came to Chromium after 87; `replaceAll`, `Promise.any` and logical assignment were there.
const LATER = new Set([
  'at', 'findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with', 'hasOwn', 'groupBy', 'fromAsync', 'withResolvers',
  'isWellFormed', 'toWellFormed', 'isSubsetOf', 'randomUUID', 'throwIfAborted', 'checkVisibility', 'showPicker', 'showPopover', 'startViewTransition', 'supportedValuesOf',
])
const LATER_OF = new Set(['AbortSignal.any', 'AbortSignal.timeout', 'AbortSignal.abort', 'Promise.try'])
const LATER_NAMES = new Set(['structuredClone', 'Temporal', 'Iterator', 'scheduler', 'reportError'])
const LATER_STYLE = /:(is|where|has)\(|[;{](aspect-ratio|accent-color|container|scrollbar-gutter|text-wrap|translate|scale|rotate)\s*:|color-mix\(|@layer|@container|\d[dsl]v[hwb]\b|@media[^{]*[<>]|overflow(-[xy])?:\s*clip/g

/** What a script asks of its browser that came after Chromium 87. */
function later(text) {
  const found = []
  // What a script looks for before it uses it is no need.
  const lookedFor = new Set([...text.matchAll(/(["'`])(\w+)\1\s*in\b/g)].map((one) => one[2]))
  const walk = (node, inside) => {
    if (!node || typeof node !== 'object') return
    if (Array.isArray(node)) return node.forEach((one) => walk(one, inside))
    const name = node.computed ? node.property?.value : node.property?.name
    // A library's own `toSorted` that hands on to the browser's is run by nobody but who calls it.
    const own = node.type === 'Property' && node.method ? [...inside, node.key.name] : inside
    if (node.type === 'CallExpression') {
      const called = node.callee
      const method = called.type === 'MemberExpression' && (called.computed ? called.property.value : called.property.name)
      if (method && ((LATER.has(method) && !lookedFor.has(method) && !inside.includes(method)) || LATER_OF.has(`${called.object.name}.${method}`))) found.push(`.${method}`)
    }
    if (node.type === 'MemberExpression' && ['window', 'globalThis', 'self'].includes(node.object.name) && LATER_NAMES.has(name)) found.push(name)
    const reads = node.type === 'MemberExpression' && !node.computed ? ['object'] : node.type === 'Property' && !node.computed ? ['value'] : Object.keys(node)
    if (node.type === 'Identifier' && LATER_NAMES.has(node.name)) found.push(node.name)
    for (const key of reads) walk(node[key], own)
  }
  walk(acorn.parse(text, { ecmaVersion: 'latest', sourceType: 'module' }), [])
  return found
}

/** A page's own files, and those that they need before they run. */
function needed(starts) {
  const found = new Set()
  const visit = (name) => {
    if (found.has(name) || !files.has(name)) return
    found.add(name)
    for (const [, other] of files.get(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) visit(other)
  }
  starts.forEach(visit)
  return found
}

test('the first view, from the log-in to the table of figures, is at most 250 KB, compressed', () => {
  const named = [...page.matchAll(/assets\/([^"]+)"/g)].map((one) => one[1])
  const coverage = [...files.keys()].filter((name) => /^Coverage-.*\.(js|css)$/.test(name))
  assert.equal(coverage.length, 2)
  const styles = [...files.keys()].filter((name) => name.endsWith('.css'))
  const all = needed([...named, ...coverage, ...styles])
  const size = [...all].reduce((sum, name) => sum + gzipSync(files.get(name), { level: 9 }).length, 0)
  assert.ok(size > 50 * 1024, 'it would see everything')
  assert.ok(size <= MOST, `${size} bytes`)
})

test('a strict policy can hold: no script or style in the page, nothing from outside', () => {
  assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)|<style|\son\w+=|style=/)
  assert.doesNotMatch(page, /(src|href)="(https?:)?\/\//)
  for (const [name, text] of files) {
    assert.ok(!name.endsWith('.js') || !/\bnew Function\b|\beval\(/.test(text), name)
    assert.ok(!/url\((["']?)https?:/.test(text), name)
  }
  // No picture, no icon font: only the font for rare characters, fetched where one stands.
  const others = [...files.keys()].filter((name) => !/\.(js|css)$/.test(name))
  assert.deepEqual(others.map((name) => name.replace(/-[\w-]{8}\./, '.')), ['rare-characters.woff2'])
})

test('every script can be read by Chromium 87', () => {
  for (const [name, text] of files) {
    // What the language had in the spring of 2020, and logical assignment, which Chromium has since 85.
    if (name.endsWith('.js')) assert.doesNotThrow(() => acorn.parse(text, { ecmaVersion: 2021, sourceType: 'module' }), name)
  }
})

test('no script asks for what came after Chromium 87, and no style either', () => {
  assert.deepEqual(later('const a = [1].at(-1), b = x?.["findLast"](y), c = structuredClone(a), d = Object.hasOwn(b, c), e = AbortSignal.timeout(1)'),
    ['.at', '.findLast', 'structuredClone', '.hasOwn', '.timeout'])
  assert.deepEqual(later(`const own = { toSorted(by) { return raw(this).toSorted(by) } }, at = { at: 1 }.at, all = "a".replaceAll("a", "b")
    "startViewTransition" in document && document.startViewTransition()`), [])
  assert.equal('.a:is(.b){aspect-ratio:1}'.match(LATER_STYLE).length, 2)
  for (const [name, text] of files) {
    assert.deepEqual(name.endsWith('.js') ? later(text) : (text.match(LATER_STYLE) ?? []), [], name)
  }
})
