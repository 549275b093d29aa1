// Days and times as people say them: "今天 08:12", "昨天", "11月23日 周一". All days are those of Asia/Shanghai.
import { t } from './words'

const DAY_MS = 86_400_000
const EAST_8_MS = 8 * 3_600_000

/** The day (`2026-11-23`) of a moment in Unix milliseconds. */
export function dayOf(ms: number): string {
  return new Date(ms + EAST_8_MS).toISOString().slice(0, 10)
}

/** A day so many days later. */
export function plusDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

function parts(day: string): { year: number; month: number; date: number; weekday: number } {
  const at = new Date(`${day}T00:00:00Z`)
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    date: at.getUTCDate(),
    weekday: at.getUTCDay(),
  }
}

/** `11月23日`; with the year when it is another one than today's. */
export function shortDay(day: string, today = dayOf(Date.now())): string {
  const { year, month, date } = parts(day)
  const name = t('day.months').split(' ')[month - 1] ?? ''
  const details = { year, month: name, date }
  return today.startsWith(String(year)) ? t('day.short', details) : t('day.long', details)
}

/** `2026年11月23日`. */
export const longDay = (day: string): string => shortDay(day, '')

/** `今天`, `昨天`, `前天`, else `11月23日 周一`. */
export function nearDay(day: string, today = dayOf(Date.now())): string {
  if (day === today) return t('day.today')
  if (day === plusDays(today, -1)) return t('day.yesterday')
  if (day === plusDays(today, 1)) return t('day.tomorrow')
  const weekday = parts(day).weekday
  const names = t('day.weekdays').split(' ')
  return `${shortDay(day, today)} ${names[weekday] ?? ''}`
}

/** `08:12`. */
export const clock = (ms: number): string => new Date(ms + EAST_8_MS).toISOString().slice(11, 16)

/** `今天 08:12`. */
export function moment(ms: number, now = Date.now()): string {
  return `${nearDay(dayOf(ms), dayOf(now))} ${clock(ms)}`
}

/** Bytes as people say them: `0.8 KB`, `4.1 MB`, `1.2 GB`, never parted. */
export function bytes(count: number): string {
  const [unit, name] = count < 1e6 ? [1e3, 'KB'] : count < 1e9 ? [1e6, 'MB'] : [1e9, 'GB']
  return `${(count / unit).toFixed(1)}\u00a0${name}`
}
