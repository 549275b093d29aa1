// A day that somebody types: year, month and date, judged as a whole once it is whole.
import { day, isDay } from './days'
import { t } from './words'

/** What may be chosen. */
export interface DayBounds {
  min?: string
  max?: string
  may_be_empty?: boolean
}
/** What becomes of what was typed; nothing when what stood before stands. */
export type DayJudged = { take: string } | { refuse: string } | null

/** Whether a day is one that may be chosen. */
export const within = (of: string, { min, max }: DayBounds): boolean => (min === undefined || of >= min) && (max === undefined || of <= max)

/** `2026-11-23` of what was typed in one of the ways in which days are written; nothing of what is no day. */
function read(text: string): string | null {
  const [, year, month, date] = /^(\d{4})[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})\u65e5?$/.exec(text) ?? []
  if (!year || !month || !date) return null
  const whole = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`
  return isDay(whole) ? whole : null
}

/** Judges what was typed where a day stands. */
export function judged(typed: string, stands: string, bounds: DayBounds): DayJudged {
  const text = typed.trim()
  if (text === '') return bounds.may_be_empty && stands ? { take: '' } : null
  const whole = read(text)
  if (whole === null) return { refuse: t('day.none', { typed: text }) }
  if (within(whole, bounds)) return whole === stands ? null : { take: whole }
  const [min, max] = [day(bounds.min ?? null), day(bounds.max ?? null)]
  const range = min && max ? t('day.between', { min, max }) : min ? t('day.from', { min }) : t('day.until', { max })
  return { refuse: t('day.outside', { day: day(whole), range }) }
}
