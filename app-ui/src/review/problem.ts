// What went wrong, as the console says it: what happened, is my work safe, what do I do now.
import { sentence as known, type Problem as AnyProblem } from '@/api/problems'
import { language } from '@/shared/words'
import { t } from './words'

export type Problem = AnyProblem

/** There was no answer at all. */
export const UNREACHABLE = 'desk_unreachable'

/** The sentence for a person. */
export function sentence(problem: Problem): string {
  if (problem.code === UNREACHABLE) return t('problem.unreachable')
  // What is called so at the server's own command line has a field of its word here.
  return known(problem, language.value).replace(/ --[a-z][a-z-]*/g, '').replace(/--([a-z][a-z-]*)/g, '$1')
}

/** Whatever was thrown, as a problem. */
export function problemOf(thrown: unknown): Problem {
  const one = thrown as Partial<Problem> | null
  if (one && typeof one.code === 'string' && typeof one.advice === 'string') return one as Problem
  return { code: 'internal', advice: 'call', params: { reference: thrown instanceof Error ? thrown.message : String(thrown) } }
}
