import { expect, test } from 'vitest'
import { isDay } from './days'
import { judged } from './day-typed'

const NONE = /不是日期/
const stands = '2026-11-23'

test('every day of a leap year and of another is taken as it is typed, and no other', () => {
  for (const year of [2027, 2028]) {
    for (let month = 1; month <= 13; month++) {
      for (let date = 0; date <= 32; date++) {
        const [m, d] = [month, date].map((part) => String(part).padStart(2, '0'))
        const whole = `${year}-${m}-${d}`
        const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
        const there = month <= 12 && date >= 1 && date <= last
        expect(isDay(whole), whole).toBe(there)
        for (const typed of [whole, `${year}-${month}-${date}`, `${year}/${m}/${d}`, `${year}年${month}月${date}日`, ` ${year}.${month}.${date} `]) {
          const answer = judged(typed, stands, {})
          if (there) expect(answer, typed).toEqual({ take: whole })
          else expect(answer, typed).toEqual({ refuse: expect.stringMatching(NONE) })
        }
      }
    }
  }
})

test('30 February, 31 November, 29 February of no leap year and a year of two digits are no days', () => {
  for (const typed of ['2026-02-30', '2026-11-31', '2026-02-29', '2100-02-29', '26-02-09', '202-02-09', '2026-11', '2026-11-', '20261123', '11-23', 'abcd', '2026-11-23 08:00', '二月三十']) {
    expect(judged(typed, stands, {}), typed).toEqual({ refuse: `“${typed}”不是日期，请写成 2026-11-23 这样。` })
  }
  for (const typed of ['2028-02-29', '2000-02-29']) expect(judged(typed, stands, {}), typed).toEqual({ take: typed })
})

test('an empty field is a word only where it may be empty', () => {
  for (const typed of ['', '  ']) {
    expect(judged(typed, stands, {})).toBe(null)
    expect(judged(typed, stands, { may_be_empty: true })).toEqual({ take: '' })
    expect(judged(typed, '', { may_be_empty: true })).toBe(null)
  }
})

test('what stands stands, however it is written; what may not be chosen is said with what may', () => {
  for (const typed of [stands, '2026年11月23日', '2026/11/23']) expect(judged(typed, stands, {})).toBe(null)
  const bounds = { min: '2026-01-01', max: '2026-11-28' }
  for (const typed of [bounds.min, bounds.max]) expect(judged(typed, stands, bounds)).toEqual({ take: typed })
  for (const typed of ['2025-12-31', '2026-11-29']) expect(judged(typed, stands, bounds)).toEqual({ refuse: expect.stringMatching(/不行，要在.*到.*之间/) })
  expect(judged('2026-11-29', stands, { max: bounds.max })).toEqual({ refuse: expect.stringMatching(/不能晚于/) })
  expect(judged('2025-12-31', stands, { min: bounds.min })).toEqual({ refuse: expect.stringMatching(/不能早于/) })
})
