// What is said when somebody was not met.
import type { NotMet } from '@/api/commands.generated'

/** A reason with its details; what was not said is empty. */
export interface NotMetSaid {
  reason: NotMet | null
  words: string
  from: string
  again: string
}

/** Nothing said yet. */
export const nothingSaid = (): NotMetSaid => ({ reason: null, words: '', from: '', again: '' })

/** The three kinds of reasons, which have different effects. */
export const MISSED: NotMet[] = ['not_at_home', 'in_the_fields', 'at_relatives', 'road_blocked']
export const CHANGED: NotMet[] = ['hospital', 'migrant', 'boarding', 'institution', 'moved_away', 'registration_moved', 'died']

/** The details as the client takes them: only those that are asked of the reason that was chosen last. */
export function details({ reason, words, from, again }: NotMetSaid) {
  const missed = reason !== null && MISSED.includes(reason)
  const changed = reason !== null && CHANGED.includes(reason)
  return {
    reason_words: (!missed && words.trim()) || null,
    reason_from: (changed && from) || null,
    come_again: (missed && again.trim()) || null,
  }
}
