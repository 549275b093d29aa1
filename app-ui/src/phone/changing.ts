// Changes of a visit that is being filled in. They go out one after the other, so that an older one never lands on a
// newer one. One that fails is not forgotten, whatever page one goes to: it is tried again before the visit is finished,
// until it is on the phone, another of the same thing is, or it is given up.
import { computed, shallowReactive, type ComputedRef } from 'vue'
import type { Problem } from '@/api/problems'
import { problemOf } from './asking'

type Act = () => Promise<unknown>

/** The changes of one visit. */
export interface Changes {
  /** What keeps a change from being saved. */
  problem: ComputedRef<Problem | null>
  /** Makes a change; `of` is what of the visit it is about. Answers what kept it from being saved. */
  change: (of: string, act: Act) => Promise<Problem | null>
  /** Tries again whatever is not saved; whether everything is. */
  again: () => Promise<boolean>
  /** Gives up what is not saved: all of it, or that of one thing. */
  drop: (of?: string) => void
}

const visits = new Map<string, Changes>()

/** The changes of a visit, the same on all its pages. */
export function changing(visit: string): Changes {
  const there = visits.get(visit)
  if (there) return there
  const unsaved = shallowReactive(new Map<string, { act: Act; problem: Problem }>())
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(what: () => Promise<T>): Promise<T> => {
    const mine = queue.then(what)
    queue = mine
    return mine
  }
  async function carryOut(of: string, act: Act): Promise<Problem | null> {
    try {
      await act()
      unsaved.delete(of)
      return null
    } catch (thrown) {
      const problem = problemOf(thrown)
      unsaved.set(of, { act, problem })
      return problem
    }
  }
  const fresh: Changes = {
    problem: computed(() => [...unsaved.values()].pop()?.problem ?? null),
    change: (of, act) => inTurn(() => carryOut(of, act)),
    again: () => inTurn(async () => {
      for (const [of, { act }] of [...unsaved]) await carryOut(of, act)
      return unsaved.size === 0
    }),
    drop: (of) => (of === undefined ? unsaved.clear() : void unsaved.delete(of)),
  }
  visits.set(visit, fresh)
  return fresh
}

/** The visit was finished or put away: nothing of it is to be changed any more. */
export function ended(visit: string): void {
  visits.get(visit)?.drop()
  visits.delete(visit)
}
