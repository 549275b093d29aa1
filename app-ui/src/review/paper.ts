// A list goes to paper whole, with the notes that stand under the question mark of its figure.
import { nextTick, ref, type Ref } from 'vue'
import { language } from '@/shared/words'
import { inWords } from './days'
import { get, type Query } from './desk'
import type { Column, Line } from './kinds'
import { count } from './numbers'
import { everything, type Pages } from './pages'
import { t } from './words'

/** So many lines are printed at most. */
const MOST = 5000

/** What is printed, and what prints it. */
export function usePaper(asked: Ref<Query & { column: Column }>, people: Pages<Line>) {
  const paper = ref<Line[]>([])
  const notes = ref<string[]>([])
  async function print(): Promise<void> {
    const [lines, explained] = await Promise.all([
      everything((after) => get('/api/coverage/people', { query: { ...asked.value, after, count: 1000 } }), MOST),
      get('/api/coverage/explain', { query: asked.value }),
    ])
    paper.value = lines
    const words = language.value === 'zh' ? [explained.definition_zh, explained.source_zh] : [explained.definition_en, explained.source_en]
    notes.value = words.map(inWords)
    const total = people.total ?? 0
    if (total > lines.length) notes.value.push(t('paper.cut', { count: count(lines.length), total: count(total) }))
    await nextTick()
    window.print()
  }
  return { paper, notes, print }
}
