// A code that is being typed: told to be mistyped as soon as it is whole, by its check digit and without the network.
import { ref, watch, type Ref } from 'vue'
import { call } from '@/api/carrier'
import type { CodeKind } from '@/api/commands.generated'
import type { Problem } from '@/api/problems'
import { problemOf } from './asking'

/** What is wrong with a code of so many digits, and whether it can be right. */
export function checking(kind: CodeKind, code: Ref<string>, length: number): { wrong: Ref<Problem | null>; fits: Ref<boolean> } {
  const wrong = ref<Problem | null>(null)
  const fits = ref(false)
  watch(code, async (typed) => {
    wrong.value = null
    fits.value = false
    if (typed.length !== length) return
    try {
      await call('check_code', { kind, code: typed })
      fits.value = code.value === typed
    } catch (reason) {
      if (code.value === typed) wrong.value = problemOf(reason)
    }
  })
  return { wrong, fits }
}
