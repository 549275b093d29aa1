// Long lists come page by page, each after the last one of the page before.
import { onScopeDispose, shallowReactive, watch, type WatchSource } from 'vue'
import { problemOf, type Problem } from './problem'

/** A page as the county answers it. */
export interface Page<T> {
  total: number
  lines: T[]
  next: string | null
}

/** What a list knows. */
export interface Pages<T> {
  lines: T[]
  total: number | null
  next: string | null
  problem: Problem | null
  busy: boolean
  slow: boolean
  more: () => Promise<void>
  again: () => Promise<void>
}

const SLOW_MS = 300

/** Reads the first page whenever what it depends on changes, and the next when asked for more. */
export function usePages<T>(
  depends: WatchSource<unknown>,
  load: (after: string | null, signal: AbortSignal) => Promise<Page<T>>,
): Pages<T> {
  let running: AbortController | undefined
  const state: Pages<T> = shallowReactive({
    lines: [] as T[],
    total: null as number | null,
    next: null as string | null,
    problem: null as Problem | null,
    busy: false,
    slow: false,
    more,
    again: () => (state.lines.length > 0 && state.next ? more() : begin()),
  })
  async function read(after: string | null): Promise<void> {
    const mine = (running = new AbortController())
    state.busy = true
    state.problem = null
    const timer = setTimeout(() => (state.slow = true), SLOW_MS)
    try {
      const page = await load(after, mine.signal)
      if (mine !== running) return
      state.lines = after === null ? page.lines : state.lines.concat(page.lines)
      state.total = page.total
      state.next = page.next
    } catch (thrown) {
      if (mine === running) state.problem = problemOf(thrown)
    } finally {
      clearTimeout(timer)
      if (mine === running) state.busy = state.slow = false
    }
  }
  async function begin(): Promise<void> {
    running?.abort()
    await read(null)
  }
  async function more(): Promise<void> {
    if (!state.busy && state.next) await read(state.next)
  }
  watch(depends, begin, { immediate: true })
  onScopeDispose(() => running?.abort())
  return state
}

/** Everything, for paper: page by page, at most so many lines. */
export async function everything<T>(load: (after: string | null) => Promise<Page<T>>, most: number): Promise<T[]> {
  const all: T[] = []
  let after: string | null = null
  do {
    const page: Page<T> = await load(after)
    all.push(...page.lines)
    after = page.next
  } while (after && all.length < most)
  return all
}
