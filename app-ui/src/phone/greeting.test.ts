import { expect, test } from 'vitest'
import { greetingAt } from './greeting'

/** A moment of a day in Yunnan. */
const at = (clock: string) => greetingAt(Date.parse(`2026-11-23T${clock}:00+08:00`))

test('each hour has its greeting, and none is an evening before dawn', () => {
  const table = [...Array(24).keys()].map((hour) => at(`${String(hour).padStart(2, '0')}:30`).replace('today.', ''))
  const times = (count: number, word: string) => Array<string>(count).fill(word)
  expect(table).toEqual([...times(5, 'hello'), ...times(6, 'morning'), ...times(3, 'noon'), ...times(4, 'afternoon'), ...times(6, 'evening')])
})

test('an hour begins with its first minute', () => {
  expect([at('04:59'), at('05:00'), at('10:59'), at('11:00'), at('17:59'), at('18:00'), at('23:59'), at('00:00')]).toEqual([
    'today.hello', 'today.morning', 'today.morning', 'today.noon', 'today.afternoon', 'today.evening', 'today.evening', 'today.hello',
  ])
})
