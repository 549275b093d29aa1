// Locks when nobody has touched the page for a while; tells the county that somebody is here while they
// type without asking anything.
import { about } from './desk'
import { session, shut } from './session'
import { tell } from './tabs'

const TICK_MS = 15_000

/** Begins to watch; what is answered ends it. */
export function watchIdle(): () => void {
  let touched = Date.now()
  let told = Date.now()
  const touch = () => (touched = Date.now())
  const events = ['pointerdown', 'keydown', 'wheel', 'pointermove'] as const
  events.forEach((name) => addEventListener(name, touch, { passive: true }))
  const timer = setInterval(() => {
    const who = session.who.value
    if (session.state.value !== 'open' || !who) return
    const idle = who.idle_min * 60_000
    const now = Date.now()
    if (now - touched >= idle) {
      shut('locked')
      tell('locked')
      void about('POST', '/api/session/lock', {}).catch(() => {
        // Without the county the cover is there all the same; nothing can be read from there either.
      })
    } else if (touched > told && now - told >= idle / 3) {
      told = now
      void about('GET', '/api/session').catch(() => {
        // Whatever is sent next will tell.
      })
    }
  }, TICK_MS)
  return () => {
    clearInterval(timer)
    events.forEach((name) => removeEventListener(name, touch))
  }
}
