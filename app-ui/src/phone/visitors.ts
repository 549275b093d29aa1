// Who went: in words, for a visit and for 没见到.
import type { Colleague, PastVisit } from '@/api/commands.generated'
import { t } from '@/shared/words'

/** 谁去走访的, or that the holder went alone. */
export function visitors(visitedBy: string[], companions: string[], colleagues: Colleague[]): string {
  const names = visitedBy.map((id) => colleagues.find((one) => one.staff === id)?.name ?? '')
  const all = [...names.filter(Boolean), ...companions]
  return all.length ? t('visit.who', { names: all.join(t('list')) }) : t('visit.alone')
}

/** Who went, came along, and wrote it down for them. */
export function credit(visit: PastVisit): string {
  const beside = [visit.companions.length && t('part.with', { names: visit.companions.join(t('list')) }), visit.recorded_by && t('part.recorded_by', { name: visit.recorded_by })]
  return [visit.by.join(t('list')), ...beside.filter(Boolean)].join(t('part.and'))
}

/** That the county holds a colleague's visit for one and the same with this; a line for each. */
export function oneWith(visit: PastVisit): string[] {
  if (visit.void) return []
  return visit.one_with.map((names) => (names.length ? t('part.one_with', { names: names.join(t('list')) }) : t('part.one_with.somebody')))
}
