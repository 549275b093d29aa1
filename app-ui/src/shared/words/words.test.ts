// The catalogues are whole and alike, no text stands anywhere else, and the words are those that were agreed on.
import { describe, expect, test } from 'vitest'
import codes from '@/api/codes.generated.json'
import problems from '@/api/problems.generated.json'
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

const chinese: [string, string][] = [
  ...Object.entries(zh),
  ...Object.entries(problems).map(([name, one]): [string, string] => [`problem ${name}`, one.zh]),
  ...Object.entries(codes).flatMap(([table, rows]) => rows.map((row): [string, string] => [`code ${table} ${row.code}`, row.zh])),
]

test('both catalogues have the same keys, in the same order, with the same details to fill in', () => {
  expect(Object.keys(en)).toEqual(Object.keys(zh))
  const details = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort()
  const other = Object.entries(zh).filter(([key, text]) => String(details(text)) !== String(details(en[key as keyof typeof en])))
  expect(other).toEqual([])
})

test('no text is empty, and none of the English ones is Chinese but the name of the language', () => {
  const empty = [...Object.entries(zh), ...Object.entries(en)].filter(([, text]) => !text.trim())
  expect(empty).toEqual([])
  expect(Object.entries(en).filter(([key, text]) => HAN.test(text) && key !== 'me.language.zh')).toEqual([])
})

test('every key is used', () => {
  const all = Object.values(sources).join('\n')
  const stems = [...all.matchAll(/`([a-z_.]+\.)\$\{/g)].map((one) => one[1] ?? '')
  const unused = Object.keys(zh).filter((key) => !all.includes(`'${key}'`) && !stems.some((stem) => key.startsWith(stem)))
  expect(unused).toEqual([])
})

test('no Chinese text stands in a component or a module', () => {
  const found = Object.entries(sources).filter(([, text]) => HAN.test(code(text)))
  expect(found.map(([path]) => path)).toEqual([])
  expect(Object.keys(sources).length).toBeGreaterThan(40)
})

describe('the words that were agreed on', () => {
  // The column "not" of the model, each with where it may stand after all.
  const NOT: [string, RegExp?][] = [
    ['走访覆盖'], ['覆盖率'], ['待核对'], ['有分歧'], ['上报'], ['人员'], ['逾期'], ['未见到', /去过未见到/], ['手机未联系'],
    ['不愿见'], ['看不清'], ['退回'],
  ]
  test.each(NOT)('never %s', (word, but) => {
    const found = chinese.filter(([, text]) => (but ? text.replace(new RegExp(but, 'g'), '') : text).includes(word))
    expect(found).toEqual([])
  })

  test('nothing promises that sending happens by itself', () => {
    const found = chinese.filter(([, text]) => text.includes('自动'))
    expect(found).toEqual([])
    expect(Object.values(en).filter((text) => /automatic/i.test(text))).toEqual([])
  })

  test('nobody is ranked, praised or shouted at', () => {
    expect(chinese.filter(([, text]) => /[！!]|排名|积分|打卡|评分|恭喜|太棒/.test(text))).toEqual([])
    expect(Object.entries(en).filter(([, text]) => text.includes('!'))).toEqual([])
  })
})
