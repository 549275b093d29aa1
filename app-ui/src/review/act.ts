// Doing something at the county from a form: busy meanwhile, and what went wrong said beside the button. What
// was typed is kept.
import { shallowReactive } from 'vue'
import { problemOf, sentence } from './problem'

export interface Acting {
  busy: boolean
  wrong: string
  /** Does it; answers whether it was done. */
  run: (work: () => Promise<void>) => Promise<boolean>
}

export function useAct(): Acting {
  const state: Acting = shallowReactive({ busy: false, wrong: '', run })
  async function run(work: () => Promise<void>): Promise<boolean> {
    if (state.busy) return false
    state.busy = true
    state.wrong = ''
    try {
      await work()
      return true
    } catch (thrown) {
      state.wrong = sentence(problemOf(thrown))
      return false
    } finally {
      state.busy = false
    }
  }
  return state
}
