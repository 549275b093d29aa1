// 同一次报来的: of whom else the reports of a change tell something, and how far that is.
import { code } from '@/shared/codes'
import type { ChangeCase } from './kinds'
import { listed, t } from './words'

/** One line on them; what is reported is named where it is something else. */
export function also(of: ChangeCase): string {
  const people = of.also.map((one) => {
    const state = code('change_state', one.state)
    const what = one.change === of.change ? state : t('changes.also_what', { change: code('not_met', one.change), state })
    return t('changes.also_one', { name: one.name, state: what })
  })
  return t('changes.also', { people: listed(people), count: new Set(of.also.map((one) => one.person)).size })
}

/** Whether nobody has said since when: the day is that of the report, and only waits to be put right. */
export const unsaid = (of: ChangeCase): boolean => of.state === 'open' && of.reports.every((one) => !one.from)
