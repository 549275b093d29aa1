// How somebody is greeted, by the hour in Yunnan. Whoever is up before dawn has neither a morning nor an evening.
import type { WordKey } from '@/shared/words'

const FROM: [hour: number, word: WordKey][] = [
  [18, 'today.evening'],
  [14, 'today.afternoon'],
  [11, 'today.noon'],
  [5, 'today.morning'],
]

/** The greeting of a moment in Unix milliseconds. */
export function greetingAt(ms: number): WordKey {
  const hour = new Date(ms + 8 * 3_600_000).getUTCHours()
  return FROM.find(([from]) => hour >= from)?.[1] ?? 'today.hello'
}
