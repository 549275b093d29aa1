// How a line of people is shown: one order of columns, on the screen and on paper.
import { language } from '@/shared/words'
import { OPEN } from './columns'
import { day, inWords } from './days'
import type { Column, Line } from './kinds'
import { either, listed, t, type WordKey } from './words'

export type PeopleColumn =
  | 'place' | 'group' | 'head' | 'name' | 'categories' | 'duties' | 'status' | 'due_on' | 'last' | 'why' | 'responsible'

interface Head {
  key: PeopleColumn
  word: WordKey
  width: number
  grows?: number
}
const ALL: Head[] = [
  { key: 'place', word: 'people.place', width: 112, grows: 3 },
  { key: 'group', word: 'people.group', width: 70, grows: 1 },
  { key: 'head', word: 'people.head', width: 76, grows: 1 },
  { key: 'name', word: 'people.name', width: 70, grows: 1 },
  { key: 'categories', word: 'people.categories', width: 102, grows: 2 },
  { key: 'duties', word: 'people.duties', width: 132, grows: 3 },
  { key: 'status', word: 'people.status', width: 108 },
  { key: 'due_on', word: 'people.due_on', width: 92 },
  { key: 'last', word: 'people.last', width: 112 },
  { key: 'why', word: 'people.why', width: 122, grows: 3 },
  { key: 'responsible', word: 'people.responsible', width: 162 },
]
const isOpen = (of: Column) => OPEN.some((one) => one.column === of)

/** The columns of a list: of who was not visited what is required, and why not; of others where they stand. */
export const heads = (of: Column): Head[] => ALL.filter((one) => one.key !== (isOpen(of) ? 'status' : 'duties'))

/** A name; who was erased by law has none. */
export const called = (name: string): string => name || t('person.erased')

const status = (line: Line): string => either({ zh: line.status, en: line.status_en })

/** What stands in a cell of a list of people. */
export function cell(line: Line, key: PeopleColumn): string {
  switch (key) {
    case 'place': return `${line.township} ${line.village_name}`
    case 'group': return line.group
    case 'head': return line.head_name
    case 'name': return called(line.name)
    case 'categories': return listed(language.value === 'zh' ? line.categories : line.categories_en)
    case 'duties': return (language.value === 'zh' ? line.duties : line.duties_en).join('\n')
    case 'status': return status(line)
    case 'due_on': return day(line.due_on)
    case 'last': return [day(line.last_visit), language.value === 'zh' ? line.last_visit_by : line.last_visit_by_en].filter(Boolean).join(' ')
    case 'why': return inWords(either({ zh: line.why, en: line.why_en }))
    // One line for each: a name and its number are never parted.
    case 'responsible': return line.responsible.map((one) => [one.name, one.phone].filter(Boolean).join('\u00a0')).join('\n')
  }
}
