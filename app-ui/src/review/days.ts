// Days and times as the console says them: always with the year where a document may be kept.
import { plusDays } from '@/shared/days'
import { language } from '@/shared/words'
import { t } from './words'

const EAST_8_MS = 8 * 3_600_000

/** `2026年11月23日`, `23 Nov 2026`. */
export function days(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  if (language.value === 'zh') return `${year}\u5e74${Number(month)}\u6708${Number(date)}\u65e5`
  return `${Number(date)} ${['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1]} ${year}`
}

/** `2026-11-23 08:12`, in the county's time. */
export function moment(ms: number): string {
  return new Date(ms + EAST_8_MS).toISOString().slice(0, 16).replace('T', ' ')
}

/** From a day on; with the last day when there is one. What ends is excluded where it is stored. */
export function span(from: string | null, until: string | null): string {
  const begins = from ?? ''
  return until ? t('days.span', { from: begins, last: plusDays(until, -1) }) : begins && t('days.on', { from: begins })
}
