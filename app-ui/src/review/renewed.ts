// A page whose script is no longer there: a newer console was put in place while this one was open. It is loaded
// anew at the address to which somebody was going; once, and only when the county answers.
import { shallowRef } from 'vue'
import type { RouteLocationNormalized, Router } from 'vue-router'
import { UNREACHABLE, type Problem } from './problem'

const KEY = 'desk-renewed'

/** Where somebody could not go, and why. */
export const stuck = shallowRef<{ to: RouteLocationNormalized; problem: Problem } | null>(null)

async function renew(to: RouteLocationNormalized): Promise<void> {
  const answers = await fetch(to.fullPath, { cache: 'no-store' }).then((reply) => reply.ok, () => false)
  if (answers && sessionStorage.getItem(KEY) !== to.fullPath) {
    sessionStorage.setItem(KEY, to.fullPath)
    location.assign(to.fullPath)
    return
  }
  stuck.value = { to, problem: answers ? { code: 'internal', advice: 'call', params: { reference: `page ${to.path}` } } : { code: UNREACHABLE, advice: 'retry' } }
}

/** Looks after pages that cannot be loaded. */
export function watchPages(router: Router): void {
  router.onError((_error, to) => void renew(to))
  router.afterEach((_to, _from, failure) => {
    if (failure) return
    stuck.value = null
    sessionStorage.removeItem(KEY)
  })
}
