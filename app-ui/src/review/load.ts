// Reading from the county for a page: what was there stays until the next is there, bones are drawn only
// when it takes a while, and a fault can be tried again.
import { onScopeDispose, shallowReactive, watch, type WatchSource } from 'vue'
import { problemOf, type Problem } from './problem'

/** After so long without an answer the page shows that it is waiting. */
const SLOW_MS = 300

/** What a page knows of its reading. */
export interface Loading<T> {
  data: T | null
  problem: Problem | null
  busy: boolean
  slow: boolean
  again: () => Promise<void>
}

/** Reads whenever what it depends on changes. */
export function useLoad<T>(depends: WatchSource<unknown>, load: (signal: AbortSignal) => Promise<T>): Loading<T> {
  let running: AbortController | undefined
  const state: Loading<T> = shallowReactive({
    data: null as T | null,
    problem: null as Problem | null,
    busy: false,
    slow: false,
    again,
  })
  async function again(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    state.busy = true
    const timer = setTimeout(() => (state.slow = true), SLOW_MS)
    try {
      const data = await load(mine.signal)
      if (mine !== running) return
      state.data = data
      state.problem = null
    } catch (thrown) {
      if (mine !== running) return
      state.problem = problemOf(thrown)
    } finally {
      clearTimeout(timer)
      if (mine === running) state.busy = state.slow = false
    }
  }
  watch(depends, again, { immediate: true })
  onScopeDispose(() => running?.abort())
  return state
}
