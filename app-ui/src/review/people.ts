// How a line of people is shown: one order of columns, on the screen and on paper.
import type { Line } from './kinds'
import type { WordKey } from './words'

export type PeopleColumn =
  | 'place' | 'group' | 'head' | 'name' | 'categories' | 'status' | 'due_on' | 'last' | 'why' | 'responsible'

export const PEOPLE: { key: PeopleColumn; word: WordKey; width: number; grows?: number }[] = [
  { key: 'place', word: 'people.place', width: 138, grows: 3 },
  { key: 'group', word: 'people.group', width: 80, grows: 1 },
  { key: 'head', word: 'people.head', width: 68, grows: 1 },
  { key: 'name', word: 'people.name', width: 76, grows: 1 },
  { key: 'categories', word: 'people.categories', width: 100, grows: 3 },
  { key: 'status', word: 'people.status', width: 116 },
  { key: 'due_on', word: 'people.due_on', width: 92 },
  { key: 'last', word: 'people.last', width: 136 },
  { key: 'why', word: 'people.why', width: 110, grows: 2 },
  { key: 'responsible', word: 'people.responsible', width: 150, grows: 2 },
]

/** What stands in a cell. */
export function cell(line: Line, key: PeopleColumn): string {
  switch (key) {
    case 'place': return `${line.township} ${line.village_name}`
    case 'group': return line.group
    case 'head': return line.head_name
    case 'name': return line.name
    case 'categories': return line.categories.join('\u3001')
    case 'status': return line.status
    case 'due_on': return line.due_on ?? ''
    case 'last': return [line.last_visit, line.last_visit_by].filter(Boolean).join(' ')
    case 'why': return line.why
    case 'responsible': return line.responsible.map((one) => [one.name, one.phone].filter(Boolean).join(' ')).join('\u3001')
  }
}
