// Urgent reports that nobody has read: looked for all the time while somebody who acts on them is logged in,
// whatever page they are on. Looking keeps no session open.
import { computed, shallowRef } from 'vue'
import { get } from './desk'
import { URGENT } from './entries'
import type { UrgentRow } from './kinds'
import { session } from './session'

const LOOK_MS = 30_000

const rows = shallowRef<UrgentRow[]>([])
/** How many there are behind the lock, where nothing else is told. */
const behind = shallowRef(0)

/** Those that nobody has read, the latest first. */
export const unread = computed(() => rows.value.filter((one) => one.readers.length === 0))

/** How many nobody has read, whether the session is locked or not. */
export const count = computed(() => (session.state.value === 'locked' ? behind.value : unread.value.length))

/** Looks now. */
export async function lookForUrgent(): Promise<void> {
  if (!session.holds(...URGENT)) return
  try {
    if (session.state.value === 'locked') behind.value = (await get('/api/urgent/unread', { unattended: true })).count
    else if (session.state.value === 'open') rows.value = await get('/api/urgent', { unattended: true })
  } catch {
    // What was known stays; the next look finds out.
  }
}

/** Looks again and again; what is answered ends it. */
export function watchUrgent(): () => void {
  const timer = setInterval(() => void lookForUrgent(), LOOK_MS)
  return () => clearInterval(timer)
}

/** Somebody else may be here now. */
export function forgetUrgent(): void {
  rows.value = []
  behind.value = 0
}
