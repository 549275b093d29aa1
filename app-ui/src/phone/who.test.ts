import { expect, test } from 'vitest'
import { whoLine } from './who'

test('a line says who somebody is in words, and never in codes', () => {
  expect(whoLine({ sex: '2', age: 78, categories: ['DJ', 'DB'] })).toBe('女78 · 独居老人 · 低保')
  expect(whoLine({ sex: null, age: null, categories: ['LSET', 'OF_A_LATER_VERSION', 'ANOTHER'] })).toBe('留守儿童 · 其他类别')
})
