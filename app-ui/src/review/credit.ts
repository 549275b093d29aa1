// Who went, who came along, and who wrote it down for them, in one line.
import { who } from './fields'
import { listed, t } from './words'

export function credited(of: { visited_by: string[]; companions: string[]; recorded_by: string | null }): string {
  const beside = []
  if (of.companions.length > 0) beside.push(t('visit.with', { names: listed(of.companions) }))
  if (of.recorded_by) beside.push(t('visit.recorded', { name: who(of.recorded_by) }))
  return [listed(of.visited_by.map(who)), ...beside].join(' · ')
}
