// Who went: in words, for a visit and for 没见到.
import type { Colleague } from '@/api/commands.generated'
import { t } from '@/shared/words'

/** 谁去走访的, or that the holder went alone. */
export function visitors(visitedBy: string[], companions: string[], colleagues: Colleague[]): string {
  const names = visitedBy.map((id) => colleagues.find((one) => one.staff === id)?.name ?? '')
  const all = [...names.filter(Boolean), ...companions]
  return all.length ? t('visit.who', { names: all.join(t('list')) }) : t('visit.alone')
}
