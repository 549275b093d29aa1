// What was typed on a page and is not saved yet: going back never loses it. In memory only, and gone once it
// is saved, after half a day, or when the app is closed; what has to outlive that is a draft of the client's.
import { ref, type Ref } from 'vue'

/** What nobody has come back to for so long was given up: on another day it would be a trap. */
const KEPT_MS = 12 * 3_600_000
const kept = new Map<string, { left: number; what: Ref<unknown> }>()

/** What stands at a place: as it was left no longer ago than it lasts, else as it begins. */
export function keeping<T>(place: string, begin: () => T, now = Date.now(), lasts = KEPT_MS): Ref<T> {
  const there = kept.get(place)
  if (there && Math.abs(now - there.left) < lasts) {
    there.left = now
    return there.what as Ref<T>
  }
  const fresh = ref(begin()) as Ref<T>
  kept.set(place, { left: now, what: fresh })
  return fresh
}

/** It was saved: the next time these places begin anew, and whatever begins with one of these words. */
export function saved(...places: string[]): void {
  for (const place of [...kept.keys()]) if (places.some((one) => place === one || place.startsWith(`${one} `))) kept.delete(place)
}
