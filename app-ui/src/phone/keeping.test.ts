import { expect, test } from 'vitest'
import { keeping, saved } from './keeping'

test('what was typed is there until it is saved, or half a day has gone', () => {
  keeping('here', () => '', 0).value = 'typed'
  expect(keeping('here', () => '', 3_600_000).value).toBe('typed')
  expect(keeping('there', () => '', 3_600_000).value).toBe('')
  expect(keeping('here', () => '', 14 * 3_600_000).value).toBe('')
  keeping('here', () => '', 14 * 3_600_000).value = 'again'
  saved('here')
  expect(keeping('here', () => '', 14 * 3_600_000).value).toBe('')
})
