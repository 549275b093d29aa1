// Urgent reports that nobody has read: looked for all the time while somebody who acts on them is logged in,
// whatever page they are on. Looking keeps no session open.
import { computed, shallowRef } from 'vue'
import { get } from './desk'
import { URGENT } from './entries'
import type { UrgentRow } from './kinds'
import { session } from './session'

const LOOK_MS = 30_000

const rows = shallowRef<UrgentRow[]>([])

/** Those that nobody has read, the latest first. */
export const unread = computed(() => rows.value.filter((one) => one.readers.length === 0))

/** Looks now. */
export async function lookForUrgent(): Promise<void> {
  if (session.state.value !== 'open' || !session.holds(...URGENT)) return
  try {
    rows.value = await get('/api/urgent', { unattended: true })
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
}
