// Contrast, computed of every pair of a text and its ground, in both themes: 7 for text, 3 for the edges of what can
// be tapped or filled in.
import { describe, expect, test } from 'vitest'

const sheets: Record<string, string> = import.meta.glob<string>('../../**/*.{css,vue}', { query: '?raw', eager: true, import: 'default' })
const TEXT = 7
const EDGE = 3
/** Grounds on which nothing is written but what their own rule writes. */
const INKED = ['accent', 'danger', 'ink', 'bar', 'line']

const styles = (path: string): string => {
  const source = sheets[path] ?? ''
  const css = path.endsWith('.vue') ? [...source.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((one) => one[1]).join('\n') : source
  return css.replace(/\/\*[\s\S]*?\*\//g, '')
}
const screens = Object.keys(sheets).filter((path) => !path.endsWith('print.css'))

interface Rule {
  where: string
  selector: string
  body: string
}
const rules: Rule[] = screens.flatMap((path) =>
  [...styles(path).matchAll(/([^{}]+)\{([^{}]*)\}/g)].map((one) => ({ where: path, selector: (one[1] ?? '').trim(), body: one[2] ?? '' })),
)
const said = (body: string, property: string) => new RegExp(`(?:^|[;\\s])${property}: [^;]*?var\\(--([\\w-]+)\\)`).exec(body)?.[1]

type Theme = Record<string, string>
const THEMES: Record<string, Theme> = { light: {}, dark: {} }
for (const path of screens) {
  const [light, dark] = styles(path).split('@media (prefers-color-scheme: dark)')
  const read = (css = '') => Object.fromEntries([...css.split(/\n\}\n\n/)[0]!.matchAll(/--([\w-]+): (#[\da-f]{6}|var\(--[\w-]+\));/g)].map((one) => [one[1], one[2]]))
  Object.assign(THEMES['light']!, read(light))
  Object.assign(THEMES['dark']!, read(light), read(dark))
}
/** The light of a colour, after WCAG 2. */
function light(theme: Theme, token: string): number {
  const value = theme[token]
  if (!value) throw new Error(`--${token} is no colour`)
  const other = /^var\(--([\w-]+)\)$/.exec(value)?.[1]
  if (other) return light(theme, other)
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(value.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
function contrast(theme: Theme, one: string, other: string): number {
  const [dark, bright] = [light(theme, one), light(theme, other)].sort((a, b) => a - b) as [number, number]
  return (bright + 0.05) / (dark + 0.05)
}

const used = (property: string) => new Set(rules.map(({ body }) => said(body, property)).filter((token) => token !== undefined))
const grounds = [...used('background')].filter((token) => !INKED.includes(token))
const pairs = new Set<string>()
for (const { body } of rules) {
  const text = said(body, 'color')
  const ground = said(body, 'background')
  if (text && ground) pairs.add(`${text} on ${ground}`)
  else if (text === 'accent-ink') pairs.add('accent-ink on accent')
  else if (text) for (const one of grounds) pairs.add(`${text} on ${one}`)
  else if (ground && !INKED.includes(ground)) pairs.add(`ink on ${ground}`)
}
const edges = new Set<string>()
for (const { where, body } of rules) {
  if (where.includes('/review/')) continue
  for (const [, token] of body.matchAll(/(?:border|outline)[a-z-]*: [^;]*?var\(--([\w-]+)\)/g)) {
    if (token && token !== 'line' && !token.startsWith('radius')) for (const one of grounds) edges.add(`${token} on ${one}`)
  }
}
const low = (theme: Theme, all: Set<string>, least: number) =>
  [...all].map((pair) => ({ pair, contrast: contrast(theme, ...(pair.split(' on ') as [string, string])) })).filter((one) => one.contrast < least)

test('what is written, and on what, is found in the style sheets', () => {
  expect([...pairs]).toEqual(expect.arrayContaining(['ink-faint on accent-soft', 'danger on danger-soft', 'accent-ink on accent', 'soon on card']))
  expect([...edges]).toEqual(expect.arrayContaining(['accent on card', 'ink-faint on ground']))
})

describe.each(Object.entries(THEMES))('in the %s theme', (_, theme) => {
  test('every text has 7:1 on its ground', () => expect(low(theme, pairs, TEXT)).toEqual([]))
  test('every edge has 3:1', () => expect(low(theme, edges, EDGE)).toEqual([]))
})

test('the faint line only parts rows on the phone: nothing that is tapped or filled in has it as its edge', () => {
  const faint = rules.filter(({ where, body }) => !where.includes('/review/') && /border[a-z-]*: [^;]*var\(--line\)/.test(body))
  const wrong = faint.filter(({ body }) => !/border-(top|bottom): 1px solid var\(--line\)/.test(body) && !body.includes('--van-border-color'))
  expect(wrong.map(({ where, selector }) => `${where}: ${selector}`)).toEqual([])
})
