// Why somebody is on the list, in words.
import type { Why } from '@/api/commands.generated'
import { shortDay } from '@/shared/days'
import { t, type WordKey } from '@/shared/words'

const SPANS: Record<number, 'month' | 'quarter' | 'half'> = { 1: 'month', 3: 'quarter', 6: 'half' }

/** The words of one reason. Only a rolling duty is 超期: nothing of a month is late before it ends. */
export function why(reason: Why): string {
  if (reason === 'tried') return t('why.tried')
  if (reason === 'restricted') return t('why.restricted')
  if ('overdue' in reason) return t('why.overdue', { days: reason.overdue.days })
  if ('due_on' in reason) return t('why.due_on', { day: shortDay(reason.due_on.day) })
  if ('missed_last' in reason) return t(`why.missed.${SPANS[reason.missed_last.months] ?? 'year'}` as WordKey)
  return t(`why.not_yet.${SPANS[reason.not_yet.months] ?? 'year'}` as WordKey)
}
