// Asking the client for what a page shows: the answer, what is wrong, and whether it takes long.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { call, problemOf } from '@/api/carrier'
import type { Commands } from '@/api/commands.generated'
import type { Problem } from '@/api/problems'
import { session } from './session'

/** How long nothing is drawn in place of what is awaited: shorter waits would only flicker. */
const LONG_MS = 300

/** What is asked, and how it stands. */
export interface Asked<Reply> {
  reply: ShallowRef<Reply | null>
  problem: ShallowRef<Problem | null>
  /** It has taken long enough that the page should show that it is at work. */
  long: Ref<boolean>
  /** Asks, or asks again. What was shown stays until the new answer is there. */
  ask: () => Promise<void>
}

/** Asks a command whose arguments are read anew each time. An older answer never overtakes a newer one. */
export function asking<Name extends keyof Commands>(
  name: Name,
  args: () => Commands[Name]['args'],
): Asked<Commands[Name]['reply']> {
  const reply = shallowRef<Commands[Name]['reply'] | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const long = ref(false)
  let latest = 0
  let timer = 0
  async function ask(): Promise<void> {
    const mine = ++latest
    window.clearTimeout(timer)
    timer = window.setTimeout(() => (long.value = true), LONG_MS)
    try {
      const answer = await call(name, args())
      if (mine !== latest) return
      reply.value = answer
      problem.value = null
    } catch (reason) {
      if (mine === latest) problem.value = problemOf(reason)
    } finally {
      if (mine === latest) {
        window.clearTimeout(timer)
        long.value = false
      }
    }
  }
  // What was asked while the phone was locked is asked again once it is open.
  watch(() => session.phase, (phase) => {
    if (phase === 'open' && problem.value?.code === 'locked') void ask()
  })
  onScopeDispose(() => {
    latest++
    window.clearTimeout(timer)
  })
  return { reply, problem, long, ask }
}

export { problemOf }
