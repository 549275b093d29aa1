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
import { everything, type Page, type Pages } from './pages'
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

/** A list that comes page by page: how a page of it is read, and what is said of it below. */
interface Listed<A, T> {
  page: (asked: A, after: string | null) => Promise<Page<T>>
  /** None while they are not here. */
  notes: () => string[] | null
  explain?: () => Promise<void>
}

/** What is printed of a list, and what prints it. */
export function usePaper<A, T>(asked: Ref<A>, shown: Pages<T>, { page, notes: said, explain }: Listed<A, T>) {
  const printing = usePrinting()
  const whole = shallowRef<T[] | null>(null)
  // Rows of another question never stand under this one's title.
  watch(asked, () => (whole.value = null))
  const total = computed(() => shown.total ?? 0)
  const lines = computed(() => whole.value ?? (shown.next === null && !shown.busy && shown.total === shown.lines.length ? shown.lines : null))
  const notes = computed(() => {
    const printed = lines.value?.length ?? 0
    const cut = total.value > printed ? [t('paper.cut', { count: count(printed), total: count(total.value) })] : []
    return [...(said() ?? []), ...cut]
  })
  async function print(): Promise<void> {
    const question = asked.value
    const read = await everything((after) => page(question, after), MOST)
    if (question !== asked.value) return
    whole.value = read
    if (said() === null) await explain?.()
    printing.value = true
    await nextTick()
    window.print()
  }
  /** Drawn only for paper: thousands of rows would make the screen slow. */
  const paper = computed(() => (printing.value && said() !== null ? lines.value : null))
  return { paper, notes, total, print }
}

/** The people behind a figure: with the notes that stand under its question mark. */
export function usePeoplePaper(asked: Ref<Query & { column: Column }>, people: Pages<Line>) {
  const explained = useLoad(asked, (signal) => get('/api/coverage/explain', { query: asked.value, signal }))
  return usePaper(asked, people, {
    page: (question, after) => get('/api/coverage/people', { query: { ...question, after, count: 1000 } }),
    notes: () => (explained.data !== null && !explained.busy ? notesOf(explained.data) : null),
    explain: () => explained.again(),
  })
}

/** A list that is here whole: drawn for paper, and printed. */
export function useWholePaper() {
  const printing = usePrinting()
  async function print(): Promise<void> {
    printing.value = true
    await nextTick()
    window.print()
  }
  return { printing, print }
}
