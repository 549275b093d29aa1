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
    assert.ok(!/@font-face|url\((["']?)https?:/.test(text), name)
  }
  assert.deepEqual([...files.keys()].filter((name) => !/\.(js|css)$/.test(name)), [])
})

test('every script can be read by Chromium 87', () => {
  for (const [name, text] of files) {
    // What the language had in the spring of 2020, and logical assignment, which Chromium has since 85.
    if (name.endsWith('.js')) assert.doesNotThrow(() => acorn.parse(text, { ecmaVersion: 2021, sourceType: 'module' }), name)
  }
})
