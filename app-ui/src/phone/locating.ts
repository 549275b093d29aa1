// 位置 of a visit: asked of the phone after a tap and never before, in the background of whatever is done
// meanwhile. Nothing waits for it. It ends when it is near enough, after two minutes, with its visit, and with
// the lock.
import { reactive, watch } from 'vue'
import type { Where } from '@/api/commands.generated'
import { setVisit } from './draft'
import { session } from './session'

/** Longer than this nobody looks for a place: it costs the battery. */
const LONGEST_MS = 120_000
/** Metres within which it is near enough. */
const NEAR_M = 20

/** Whose place is looked for, and what came of it. */
export const locating = reactive({
  visit: '',
  state: null as 'searching' | 'refused' | 'missed' | null,
  /** Rises when a draft has another place, so that its page looks again. */
  kept: 0,
})
let asked: number | undefined
let timer: number | undefined
/** Metres of the best so far. */
let best = Infinity
/** What is being kept: one at a time, and whoever takes it away waits for it. */
let keeping: Promise<unknown> | null = null

const set = (visit: string, location: Where) => setVisit(visit, { location })

function end(state: typeof locating.state): void {
  if (asked !== undefined) navigator.geolocation.clearWatch(asked)
  window.clearTimeout(timer)
  asked = timer = undefined
  locating.state = state
}

async function keep(visit: string, at: GeolocationPosition): Promise<void> {
  const { latitude, longitude, accuracy } = at.coords
  try {
    const view = await set(visit, { here: { latitude, longitude, accuracy_m: accuracy, at_ms: Math.round(at.timestamp) } })
    // What the client takes for no place is none, and a better one may come.
    if (view.location) best = accuracy
    locating.kept++
    if (locating.visit === visit && best <= NEAR_M) end(null)
  } catch {
    // The visit is finished, or the phone is locked: it goes without.
    if (locating.visit === visit) end(null)
  }
}

/** Begins to look for the place of a visit; of another one no more. */
export function locate(visit: string): void {
  end('searching')
  locating.visit = visit
  best = Infinity
  if (!('geolocation' in navigator)) return end('missed')
  const mine = (): boolean => locating.visit === visit && locating.state === 'searching'
  timer = window.setTimeout(() => end(best === Infinity ? 'missed' : null), LONGEST_MS)
  asked = navigator.geolocation.watchPosition(
    (at) => {
      if (!mine() || keeping || at.coords.accuracy >= best) return
      keeping = keep(visit, at).then(() => (keeping = null))
    },
    // Inside a house there is none for a while: only a refusal is an answer.
    (error) => mine() && error.code === error.PERMISSION_DENIED && end('refused'),
    { enableHighAccuracy: true, maximumAge: 10_000 },
  )
}

/** Looks no more for the place of a visit; what was found stays with it. */
export function stopLocating(visit: string): void {
  if (locating.visit === visit) end(null)
}

/** Takes the place of a visit away. */
export async function forgetPlace(visit: string): Promise<void> {
  stopLocating(visit)
  await keeping
  await set(visit, 'unsaid')
  locating.kept++
}

watch(() => session.phase, (phase) => phase !== 'open' && end(null))
