// What every page is about: area, duty, period, category and day. All of it stands in the address.
import { computed, shallowRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import type { AreaReply, HeaderReply } from './kinds'

/** The names in the address. */
export const NAMES = ['area', 'duty', 'period', 'category', 'as_of'] as const
export type Name = (typeof NAMES)[number]

/** What the header chooses from; read once and again when rules or areas were edited. */
export const header = shallowRef<HeaderReply | null>(null)

/** Everybody once. */
export const ANY = '*'

export function useScope() {
  const route = useRoute()
  const router = useRouter()
  const said = (name: Name): string => {
    const value = route.query[name]
    return typeof value === 'string' ? value : ''
  }
  const area = computed(() => Number(said('area')) || header.value?.area || 0)
  const duty = computed(() => said('duty') || ANY)
  const choice = computed(() => header.value?.duties.find((one) => one.duty === duty.value))
  const period = computed(() => said('period') || choice.value?.periods[0]?.code || '')
  const category = computed(() => said('category'))
  const asOf = computed(() => said('as_of') || header.value?.today || '')
  /** What is asked of the county. */
  const query = computed(() => ({
    area: area.value,
    duty: duty.value,
    period: said('period'),
    category: category.value,
    as_of: said('as_of'),
  }))
  /** What stands in the address, to be carried to another page. */
  const carried = computed<LocationQueryRaw>(() => {
    const all = NAMES.filter((name) => said(name)).map((name) => [name, said(name)])
    return Object.fromEntries(all) as LocationQueryRaw
  })
  const areas = computed(() => new Map((header.value?.areas ?? []).map((one) => [one.area, one])))
  /** From the top of what may be seen down to an area. */
  function trail(to: number): AreaReply[] {
    const found: AreaReply[] = []
    for (let one = areas.value.get(to); one; one = one.parent ? areas.value.get(one.parent) : undefined) {
      found.unshift(one)
    }
    return found
  }
  /** Goes to the same page about something else. */
  function choose(changes: Partial<Record<Name, string | number>>): void {
    const query: LocationQueryRaw = { ...route.query }
    for (const [name, value] of Object.entries(changes)) {
      if (value) query[name] = String(value)
      else delete query[name]
    }
    void router.push({ query })
  }
  return { area, duty, choice, period, category, asOf, query, carried, areas, trail, choose }
}
