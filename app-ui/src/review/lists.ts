// The list in which somebody was found: the breadcrumb leads back to it, as it was. It stands in the address.
import { computed } from 'vue'
import { useRoute, type LocationQueryRaw } from 'vue-router'
import { COLUMNS } from './columns'
import { t } from './words'

const LISTS = { people: '/coverage/people', unvisited: '/unvisited', subjects: '/subjects', waiting: '/waiting' } as const
export type List = keyof typeof LISTS

export function useList() {
  const route = useRoute()
  const list = computed<List>(() => (Object.keys(LISTS) as List[]).find((one) => one === route.query['list']) ?? 'subjects')
  /** Where a person of this list stands. */
  const person = (id: string, of: List = list.value) => {
    const { person: _, ...rest } = route.query
    return { path: `/subjects/${id}`, query: { ...rest, list: of } as LocationQueryRaw }
  }
  /** Where a visit of a person stands. */
  const visit = (id: string, of?: string, from: List = list.value) => ({ path: `/visits/${id}`, query: { ...route.query, list: from, ...(of && { person: of }) } as LocationQueryRaw })
  /** The list, as it was. */
  const back = computed(() => {
    const { list: _, person: __, ...query } = route.query
    const column = COLUMNS.find((one) => one === query['column']) ?? 'due'
    return { to: { path: LISTS[list.value], query: query as LocationQueryRaw }, word: list.value === 'people' ? t(`column.${column}`) : t(`rail.${list.value}`) }
  })
  return { person, visit, back }
}
