// Whether the phone is enrolled, locked or open. Locking hides the pages and keeps them, so that unlocking
// returns to the same question.
import { reactive } from 'vue'
import { call } from '@/api/carrier'
import type { Phase } from '@/api/commands.generated'
import type { Problem } from '@/api/problems'
import { problemOf } from '@/api/carrier'
import { learn } from './numbers'
import { send, sendSealed } from './sending'
import { settings } from './settings'

/** Away for so long, the phone locks: as the county has set it, told when the phone opens; until then as usual. */
let awayMs = 15 * 60_000

/** How the phone stands. */
export const session = reactive({
  phase: null as Phase | null,
  /** Seconds until the next try. */
  wait: 0,
  problem: null as Problem | null,
  /** It has been open in this run: the pages stay behind the lock as they were. */
  shown: false,
})

/** Looks how the phone stands. */
export async function look(): Promise<void> {
  try {
    const status = await call('status', {})
    Object.assign(session, { phase: status.phase, wait: status.wait_s, problem: null })
    void learn()
  } catch (reason) {
    session.problem = problemOf(reason)
  }
}

/** The phone is open: what waits is sent. */
export async function unlocked(): Promise<void> {
  await look()
  if (session.phase === 'open') opened()
}

/** The same, for whoever has just looked. */
export function opened(): void {
  void settings.tell()
  session.phase = 'open'
  session.shown = true
  call('me', {}).then(
    (me) => void (awayMs = me.lock_minutes * 60_000),
    // What was known before holds.
    () => {},
  )
  void send()
}

/** Locks. */
export async function lock(): Promise<void> {
  await call('lock', {})
  await look()
}

/** Locks when the holder has been away for long; never while the app is in use. */
export function lockWhenAway(): void {
  let left = 0
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      left = Date.now()
    } else if (session.phase === 'open') {
      if (left && Date.now() - left > awayMs) void lock()
      else void send()
    } else if (session.phase === 'locked') {
      // A phone that slept has not counted how long there is still to wait.
      void look()
      void sendSealed()
    }
  })
}
