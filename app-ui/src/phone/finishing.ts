// Finishing a visit: it is on the phone, or what is missing is listed. One way, from the visit and from a form.
import { ref, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { call } from '@/api/carrier'
import type { FinishReply, Gap } from '@/api/commands.generated'
import type { Problem } from '@/api/problems'
import { problemOf } from './asking'
import { changing, ended } from './changing'
import { stopLocating } from './locating'
import { send } from './sending'

/** Finishing, and how it stands. */
export function finishing(visit: string) {
  const router = useRouter()
  const gaps = shallowRef<Gap[]>([])
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)

  async function done(reply: FinishReply, said: { died?: boolean; reported?: boolean } = {}): Promise<void> {
    gaps.value = reply.gaps
    if (!reply.visit) return
    stopLocating(visit)
    ended(visit)
    void send()
    const query = { ...(reply.next ? { next: reply.next } : {}), ...(said.died ? { died: '1' } : {}), ...(said.reported ? { reported: '1' } : {}) }
    await router.replace({ path: `/done/${reply.visit}`, query })
  }

  /** Finishes, once every change is on the phone; what is missing is in `gaps` afterwards. */
  async function finish(): Promise<void> {
    if (busy.value) return
    busy.value = true
    problem.value = null
    try {
      if (!(await changing(visit).again())) return
      await done(await call('finish', { visit }))
    } catch (reason) {
      problem.value = problemOf(reason)
    } finally {
      busy.value = false
    }
  }
  /** Leads to a visit that was finished already: there it is amended. */
  async function revisit(): Promise<void> {
    try {
      const { visit: record } = await call('finish', { visit })
      await router.replace(record ? `/record/${record}` : '/records')
    } catch (reason) {
      problem.value = problemOf(reason)
    }
  }
  return { gaps, problem, busy, finish, done, revisit }
}
