// Who is at the desk. A session that was locked or has ended covers the page and keeps it: whatever was
// being sent waits for the password and goes on.
import { computed, reactive } from 'vue'
import type { SessionReply } from './kinds'

type State = SessionReply['state'] | 'asking'

const state = reactive({
  /** How far they are; `asking` until the county has said. */
  state: 'asking' as State,
  who: null as SessionReply | null,
  /** Whether a page is there that must not be lost. */
  begun: false,
})

let waiting: (() => void)[] = []

/** Takes in what the county says of the session. */
export function heard(reply: SessionReply): void {
  const other = state.begun && reply.staff && state.who?.staff && reply.staff !== state.who.staff
  // Somebody else does not get the page of the one before.
  if (other) location.assign('/')
  if (reply.state === 'out' && state.begun) {
    state.state = 'out'
    return
  }
  state.who = reply
  state.state = reply.state
  if (reply.state === 'open') {
    state.begun = true
    const all = waiting
    waiting = []
    all.forEach((go) => go())
  }
}

/** The county wants the password again. */
export function shut(how: 'out' | 'locked' | 'first_password'): void {
  // Nobody is here yet whom it would concern.
  if (state.state === 'asking') return
  state.state = how
}

/** Ends once the session is open. */
export function opened(): Promise<void> {
  if (state.state === 'open') return Promise.resolve()
  return new Promise((go) => waiting.push(go))
}

/** Forgets the page: its holder has left. */
export function left(): void {
  state.begun = false
  state.who = null
  waiting = []
  state.state = 'out'
}

export const session = {
  state: computed(() => state.state),
  who: computed(() => state.who),
  /** Whether a page lies under the lock. */
  begun: computed(() => state.begun),
  proof: () => state.who?.proof ?? '',
  /** Whether one of these roles is held somewhere. */
  holds: (...roles: string[]) => (state.who?.roles ?? []).some((one) => roles.includes(one.role)),
}
