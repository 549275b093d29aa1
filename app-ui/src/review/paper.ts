// A list goes to paper whole, with the notes that stand under the question mark of its figure. Whichever way the
// browser is asked to print: what is not here whole is no form with a title and a place for the seal, but a line
// that says what to do.
import { computed, nextTick, onMounted, onUnmounted, ref, shallowRef, watch, type Ref } from 'vue'
import { language } from '@/shared/words'
import { inWords } from './days'
import { get, type Query } from './desk'
import type { Column, Explanation, Line } from './kinds'
import { useLoad } from './load'
import { count } from './numbers'
import { everything, type Pages } from './pages'
import { listed, t } from './words'

/** So many lines are printed at most. */
const MOST = 5000

/** What is said of a figure, in the language of the screens. */
export const notesOf = (one: Explanation, definitions: Explanation[] = [one]): string[] => {
  const zh = language.value === 'zh'
  const duties = zh ? one.duties_zh : one.duties_en
  return [
    ...definitions.map((each) => inWords(zh ? each.definition_zh : each.definition_en)),
    inWords(zh ? one.source_zh : one.source_en),
    ...(duties.length > 0 ? [t('paper.duties', { duties: listed(duties) })] : []),
  ]
}

/** Whether the browser is printing. */
export function usePrinting(): Ref<boolean> {
  const printing = ref(false)
  const [begins, ends] = [() => (printing.value = true), () => (printing.value = false)]
  onMounted(() => {
    addEventListener('beforeprint', begins)
    addEventListener('afterprint', ends)
  })
  onUnmounted(() => {
    removeEventListener('beforeprint', begins)
    removeEventListener('afterprint', ends)
  })
  return printing
}

/** What is printed, and what prints it. */
export function usePaper(asked: Ref<Query & { column: Column }>, people: Pages<Line>) {
  const printing = usePrinting()
  const whole = shallowRef<Line[] | null>(null)
  // Rows of another question never stand under this one's title.
  watch(asked, () => (whole.value = null))
  const explained = useLoad(asked, (signal) => get('/api/coverage/explain', { query: asked.value, signal }))
  const total = computed(() => people.total ?? 0)
  const lines = computed(() => whole.value ?? (people.next === null && !people.busy && people.total === people.lines.length ? people.lines : null))
  const ready = computed(() => lines.value !== null && explained.data !== null && !explained.busy)
  const notes = computed(() => {
    const printed = lines.value?.length ?? 0
    const cut = total.value > printed ? [t('paper.cut', { count: count(printed), total: count(total.value) })] : []
    return explained.data ? [...notesOf(explained.data), ...cut] : []
  })
  async function print(): Promise<void> {
    const question = asked.value
    const read = await everything((after) => get('/api/coverage/people', { query: { ...question, after, count: 1000 } }), MOST)
    if (question !== asked.value) return
    whole.value = read
    if (explained.data === null) await explained.again()
    printing.value = true
    await nextTick()
    window.print()
  }
  /** Drawn only for paper: thousands of rows would make the screen slow. */
  const paper = computed(() => (printing.value && ready.value ? lines.value : null))
  return { paper, notes, total, print }
}
