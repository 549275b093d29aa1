// What was typed on a page and is not saved yet: going back never loses it. In memory only, and gone once it
// is saved or the app is closed; what has to outlive that is a draft of the client's.
import { ref, type Ref } from 'vue'

const kept = new Map<string, Ref<unknown>>()

/** What stands at a place: as it was left, else as it begins. */
export function keeping<T>(place: string, begin: () => T): Ref<T> {
  const there = kept.get(place) as Ref<T> | undefined
  if (there) return there
  const fresh = ref(begin()) as Ref<T>
  kept.set(place, fresh)
  return fresh
}

/** It was saved: the next time these places begin anew. */
export function saved(...places: string[]): void {
  for (const place of places) kept.delete(place)
}
