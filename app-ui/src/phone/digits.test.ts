import { expect, test } from 'vitest'
import { grouped, lengthWithGroups, plainDigits } from './digits'

test('what is typed on any keyboard comes out as the same digits', () => {
  expect(plainDigits(' 1234-５６７８　90\n')).toBe('1234567890')
})

test('digits stand in groups of four, and a caret keeps its place among them', () => {
  expect(grouped('')).toBe('')
  expect(grouped('1234')).toBe('1234')
  expect(grouped('12345678901234567890')).toBe('1234 5678 9012 3456 7890')
  for (const digits of [0, 1, 4, 5, 8, 9, 20]) {
    expect(lengthWithGroups(digits)).toBe(grouped('1'.repeat(digits)).length)
  }
})
