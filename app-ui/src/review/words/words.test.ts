// The console's catalogues are whole and alike, every key is used, and the words are those that were agreed on.
import { expect, test } from 'vitest'
import en from './en.json'
import zh from './zh-CN.json'

const sources = Object.values({
  ...import.meta.glob<string>('../**/*.vue', { query: '?raw', eager: true, import: 'default' }),
  ...import.meta.glob<string>(['../**/*.ts', '!../**/*.test.ts'], { query: '?raw', eager: true, import: 'default' }),
}).join('\n')
const HAN = /\p{Script=Han}/u
const chinese = Object.entries(zh)

test('both catalogues have the same keys, in the same order, with the same details to fill in', () => {
  expect(Object.keys(en)).toEqual(Object.keys(zh))
  const details = (text: string) => String([...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]).sort())
  expect(chinese.filter(([key, text]) => details(text) !== details(en[key as keyof typeof en]))).toEqual([])
})

test('no text is empty, and none of the English ones is Chinese but the name of the language', () => {
  expect([...chinese, ...Object.entries(en)].filter(([, text]) => !text.trim())).toEqual([])
  expect(Object.entries(en).filter(([key, text]) => HAN.test(text) && key !== 'me.language')).toEqual([])
})

test('every key is used', () => {
  const stems = [...sources.matchAll(/`([a-z_.]+\.)\$\{/g)].map((one) => one[1] ?? '')
  expect(Object.keys(zh).filter((key) => !sources.includes(`'${key}'`) && !stems.some((stem) => key.startsWith(stem)))).toEqual([])
})

test.each(['走访覆盖', '覆盖率', '待核对', '有分歧', '上报', '逾期', '手机未联系', '不愿见', '看不清', '打卡', '排名', '自动', '！'])(
  'never %s', (word) => {
    expect(chinese.filter(([, text]) => text.includes(word))).toEqual([])
  },
)

test('who works here are 工作人员, whom they visit are 服务对象', () => {
  expect(chinese.filter(([, text]) => text.replaceAll('工作人员', '').includes('人员'))).toEqual([])
  expect(chinese.filter(([, text]) => text.replace(/\s/g, '').replaceAll('去过未见到', '').includes('未见到'))).toEqual([])
})
