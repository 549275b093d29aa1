// The time of a visit in words: half a day is said as half a day.
import type { When } from '@/api/commands.generated'
import { nearDay } from '@/shared/days'
import { t } from '@/shared/words'

/** `2026-11-23T10:20/2026-11-23T10:20` as `今天 10:20`; half a day as `今天上午`. */
export function interval(happened: string): string {
  const [from = '', until = ''] = happened.split('/')
  const [day = '', clock = ''] = from.split('T')
  const [untilDay = '', untilClock = ''] = until.split('T')
  const near = nearDay(day)
  if (clock === '00:00' && untilDay === day && untilClock === '12:00') return t('half.morning', { day: near })
  if (clock === '12:00' && untilDay > day && untilClock === '00:00') return t('half.afternoon', { day: near })
  if (clock === '00:00' && untilDay > day && untilClock === '00:00') return near
  return `${near} ${clock}`
}

/** What was chosen as the time, before there is a visit. */
export function whenWords(when: When): string {
  if (when === 'now') return t('time.now')
  if ('morning' in when) return t('half.morning', { day: nearDay(when.morning) })
  if ('afternoon' in when) return t('half.afternoon', { day: nearDay(when.afternoon) })
  if ('day' in when) return nearDay(when.day)
  return interval(when.exactly)
}

/** What was chosen on the page before, out of its address; now when nothing was. */
export function whenSaid(said: unknown): When {
  try {
    const when: unknown = JSON.parse(String(said))
    return typeof when === 'object' && when !== null && ['morning', 'afternoon', 'day'].some((of) => of in when) ? (when as When) : 'now'
  } catch {
    return 'now'
  }
}
