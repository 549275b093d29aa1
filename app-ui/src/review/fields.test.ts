import { expect, test } from 'vitest'
import { fieldValue, takenValue } from './fields'

test('a code of a record is told in its words, by the kind of the record', () => {
  expect(fieldValue('kind', 'house', {}, 'concern')).toBe('房屋')
  expect(fieldValue('state', 'open', {}, 'concern')).not.toBe('open')
  expect(fieldValue('kind', 'house')).toBe('house')
})

test('an answer that was set aside is told as its form says it', () => {
  const takes = { field: 'a/body_mind/speech', zh: '说话', en: 'Speech', taken: 'choice' as const, choices: [{ code: 'good', zh: '好', en: 'good' }], longest: 500 }
  expect(takenValue('a/body_mind/speech', 'good', takes)).toBe('好')
})
