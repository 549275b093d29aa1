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

/** The details as the client takes them. */
export function details(said: NotMetSaid) {
  return {
    reason_words: said.words.trim() || null,
    reason_from: said.from || null,
    come_again: said.again.trim() || null,
  }
}
