// What is typed goes out when the hand rests, or leaves the field: nothing typed waits for a button.
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

const REST_MS = 500

/** What is typed, and what a field does with it. A new value from outside never overtakes the hand. */
export function resting(value: () => string, say: (typed: string) => void): { typed: Ref<string>; rest: () => void; leave: () => void } {
  const typed = ref(value())
  let timer = 0
  let waits = false
  watch(value, (fresh) => {
    if (!waits) typed.value = fresh
  })
  function leave(): void {
    window.clearTimeout(timer)
    if (!waits) return
    waits = false
    say(typed.value)
  }
  function rest(): void {
    waits = true
    window.clearTimeout(timer)
    timer = window.setTimeout(leave, REST_MS)
  }
  // A page that goes away takes what is being typed with it, unless it goes out now.
  onMounted(() => window.addEventListener('pagehide', leave))
  onBeforeUnmount(() => {
    window.removeEventListener('pagehide', leave)
    leave()
  })
  return { typed, rest, leave }
}
