// Sending: on opening, on finishing, when the network comes back, and by hand. Nothing here promises more.
import { reactive } from 'vue'
import { call } from '@/api/carrier'
import type { LockedReports, SyncReport } from '@/api/commands.generated'
import type { Problem } from '@/api/problems'
import { problemOf } from './asking'

/** How often the client is asked how far it is. */
const LOOK_MS = 400

/** How sending stands. */
export const sending = reactive({
  /** An exchange is under way. */
  active: false,
  /** Items that were sent in this exchange, and how many there were. */
  sent: 0,
  of: 0,
  /** Bytes sent and received in this exchange. */
  bytes: 0,
  /** Why nothing is being sent just now: it waits, and tries again. */
  heldUp: null as Problem | null,
  /** What stopped the last one. */
  problem: null as Problem | null,
  /** What the last one did. */
  report: null as SyncReport | null,
  /** What became of what a locked phone wrote, as last heard. */
  sealed: null as LockedReports | null,
  /** Rises when an exchange has ended, so that pages look again. */
  ended: 0,
})

let again = false

/** Sends and fetches. While one is under way, another follows it; one that waits is not waited for. */
export async function send(): Promise<void> {
  if (sending.active) {
    again = true
    if (sending.heldUp) await call('stop_sending', {})
    return
  }
  Object.assign(sending, { active: true, sent: 0, of: 0, bytes: 0, heldUp: null })
  const looking = window.setInterval(() => void look(), LOOK_MS)
  try {
    const report = await call('exchange', {})
    sending.report = report
    sending.problem = report.problem
    sending.bytes = report.bytes
  } catch (reason) {
    sending.problem = problemOf(reason)
  } finally {
    window.clearInterval(looking)
    Object.assign(sending, { active: false, heldUp: null })
    sending.ended++
  }
  if (again) {
    again = false
    await send()
  }
}

async function look(): Promise<void> {
  try {
    const state = await call('sending', {})
    if (sending.active) Object.assign(sending, { sent: state.sent, of: state.of, bytes: state.bytes, heldUp: state.held_up })
  } catch {
    // Only how far it is was asked: the exchange itself says what is wrong.
  }
}

/** Stops what is under way; everything stays on the phone. */
export async function stop(): Promise<void> {
  again = false
  await call('stop_sending', {})
}

/** What a locked phone may send: reports that are sealed already. Why they could not go is no news: they stay. */
export async function sendSealed(): Promise<void> {
  sending.sealed = await call('send_urgent', {}).catch(() => sending.sealed)
}

/** Sends whenever the network comes back. */
export function sendOnline(open: () => boolean): void {
  window.addEventListener('online', () => void (open() ? send() : sendSealed()))
}
