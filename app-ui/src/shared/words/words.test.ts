// The catalogues are whole and alike, no text stands anywhere else, and the words are those that were agreed on.
import { describe, expect, test } from 'vitest'
import codes from '@/api/codes.generated.json'
import problems from '@/api/problems.generated.json'
import consoleEn from '@/review/words/en.json'
import consoleZh from '@/review/words/zh-CN.json'
import en from './en.json'
import zh from './zh-CN.json'

const sources: Record<string, string> = {
  ...import.meta.glob<string>('../../**/*.vue', { query: '?raw', eager: true, import: 'default' }),
  ...import.meta.glob<string>(['../../**/*.ts', '!../../**/*.test.ts', '!../../**/*.generated.ts'], { query: '?raw', eager: true, import: 'default' }),
}
const HAN = /\p{Script=Han}/u

/** A source without its comments. */
function code(text: string): string {
  return text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
}

const raw = Object.values(import.meta.glob<string>(['./*.json', '../../review/words/*.json'], { query: '?raw', eager: true, import: 'default' }))

type Catalogue = Record<string, string>
const CATALOGUES: [string, Catalogue, Catalogue][] = [
  ['the phone', zh, en],
  ['the console', consoleZh, consoleEn],
]

const PHONE: [string, string][] = [
  ...Object.entries(zh),
  ...Object.entries(problems).map(([name, one]): [string, string] => [`problem ${name}`, one.zh]),
  ...Object.entries(codes).flatMap(([table, rows]) => rows.map((row): [string, string] => [`code ${table} ${row.code}`, row.zh])),
]
const CONSOLE = Object.entries(consoleZh)
const chinese = [...PHONE, ...CONSOLE]

describe.each(CATALOGUES)('the catalogues of %s', (_, zh, en) => {
  test('have the same keys, in the same order, with the same details to fill in', () => {
    expect(Object.keys(en)).toEqual(Object.keys(zh))
    const details = (text = '') => String([...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort())
    expect(Object.entries(zh).filter(([key, text]) => details(text) !== details(en[key]))).toEqual([])
  })

  test('have each key once: the second would win in silence', () => {
    for (const text of raw) {
      const keys = [...text.matchAll(/^\s*("[^"]+"):/gm)].map((one) => one[1])
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
    }
  })

  test('have no empty text, and no English one that is Chinese but the name of the language', () => {
    expect([...Object.entries(zh), ...Object.entries(en)].filter(([, text]) => !text.trim())).toEqual([])
    const named = ['me.language.zh', 'me.language']
    expect(Object.entries(en).filter(([key, text]) => HAN.test(text) && !named.includes(key))).toEqual([])
  })

  test('have no key that is not used', () => {
    const own = Object.entries(sources).filter(([path]) => zh !== consoleZh || path.includes('/review/'))
    const all = own.map(([, text]) => text).join('\n')
    const stems = [...all.matchAll(/`([a-z_.]+\.)\$\{/g)].map((one) => one[1] ?? '')
    const used = (key: string) => all.includes(`'${key}'`) || stems.some((stem) => key.startsWith(stem))
    expect(Object.keys(zh).filter((key) => !used(key))).toEqual([])
  })
})

test('no Chinese text stands in a component or a module', () => {
  const found = Object.entries(sources).filter(([, text]) => HAN.test(code(text)))
  expect(found.map(([path]) => path)).toEqual([])
  expect(Object.keys(sources).length).toBeGreaterThan(40)
})

describe('the words that were agreed on', () => {
  // The column "not" of the model, each with where it may stand after all.
  const NOT: [string, RegExp?][] = [
    ['走访覆盖'], ['覆盖率'], ['待核对'], ['有分歧'], ['上报'], ['逾期'], ['未见到', /去过\s*未见到/g], ['手机未联系'],
    ['不愿见'], ['看不清'],
  ]
  const found = (all: [string, string][], word: string, but?: RegExp) =>
    all.filter(([, text]) => (but ? text.replace(but, '') : text).includes(word))
  test.each(NOT)('never %s', (word, but) => {
    expect(found(chinese, word, but)).toEqual([])
  })

  test('whom a worker visits are 名单, who works at a desk are 工作人员; only a desk returns what a worker amends', () => {
    expect(found(PHONE, '人员')).toEqual([])
    expect(found(CONSOLE, '人员', /工作人员/g)).toEqual([])
    expect(found(PHONE, '退回')).toEqual([])
  })

  test('nothing promises that sending happens by itself', () => {
    const found = chinese.filter(([, text]) => text.includes('自动'))
    expect(found).toEqual([])
    const english = [...Object.values(en), ...Object.values(consoleEn)]
    expect(english.filter((text) => /automatic/i.test(text))).toEqual([])
  })

  test('nobody is ranked, praised or shouted at', () => {
    expect(chinese.filter(([, text]) => /[！!]|排名|积分|打卡|评分|恭喜|太棒/.test(text))).toEqual([])
    expect([...Object.entries(en), ...Object.entries(consoleEn)].filter(([, text]) => text.includes('!'))).toEqual([])
  })
})
