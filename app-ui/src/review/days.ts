// Days and times as the console says them, in one style; always with the year where a document may be kept.
import { clock, dayOf, plusDays, shortDay } from '@/shared/days'
import { language } from '@/shared/words'
import { either, t } from './words'

/** `2026年11月23日`, `23 Nov 2026`. */
export function days(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  if (language.value === 'zh') return `${year}\u5e74${Number(month)}\u6708${Number(date)}\u65e5`
  return `${Number(date)} ${['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1]} ${year}`
}

/** `11月23日`, `23 Nov`; with the year when it is another one than today's; nothing of no day. */
export const day = (of: string | null): string => (of ? shortDay(of) : '')

/** `11月23日 08:12`. */
export const moment = (ms: number): string => `${day(dayOf(ms))} ${clock(ms)}`

/** A text that came from the county, with its days in words. */
export const inWords = (text: string): string =>
  // Between a day and a word of Chinese there is no space.
  text.replace(/\b(\d{4}-\d\d-\d\d)\b( (?=\p{Script=Han}))?/gu, (_, one: string) => day(one))

/** `2026年11月（11.1–11.30）`, `November 2026 (1 Nov to 30 Nov)`. */
export const periodWord = (of: { zh: string; en: string } | null | undefined): string =>
  // Its days stay together when the line breaks.
  inWords(either(of)).replace(/\(.*\)/, (span) => span.replaceAll(' ', '\u00a0'))

/** From a day and a clock to others. A half day is the interval that it is, and is read as one. */
export function interval(from: string, begins: string, until: string, ends: string): string {
  const [on, hours] = [day(from), `${begins}\u2013${ends}`]
  if (hours === '00:00\u201312:00') return t('visit.morning', { day: on })
  if (hours === '12:00\u201300:00') return t('visit.afternoon', { day: on })
  if (hours === '00:00\u201300:00') return on
  if (until === from && begins === ends) return `${on} ${begins}`
  return until === from ? `${on} ${hours}` : `${on} ${begins} \u2013 ${day(until)} ${ends}`
}

/** From a day on; with the last day when there is one. What ends is excluded where it is stored. */
export function span(from: string | null, until: string | null): string {
  const last = until && plusDays(until, -1)
  // Both with their years when these differ.
  const said = from && last && from.slice(0, 4) !== last.slice(0, 4) ? days : day
  const begins = from ? said(from) : ''
  return last ? t('days.span', { from: begins, last: said(last) }) : begins && t('days.on', { from: begins })
}

/** Whether a text is a day that there is. */
export const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && plusDays(text, 0) === text
