// What every page is about: area, duty, period, category and day. All of it stands in the address.
import { computed, shallowRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import { plusDays } from '@/shared/days'
import { COLUMNS, OPEN } from './columns'
import { isDay } from './days'
import type { AreaReply, HeaderReply } from './kinds'
import { t } from './words'

/** The names in the address. */
export const NAMES = ['area', 'duty', 'period', 'category', 'as_of'] as const
export type Name = (typeof NAMES)[number]

/** What the header chooses from; read once and again when rules or areas were edited. */
export const header = shallowRef<HeaderReply | null>(null)

/** A period of one month, cut where it may be. */
const MONTH = /^\d{4}-\d\d(@26)?$/
/** The first day of such a period. */
const begins = (month: string) => (month.endsWith('@26') ? `${plusDays(`${month.slice(0, 7)}-01`, -1).slice(0, 7)}-26` : `${month}-01`)

/** Everybody once. */
export const ANY = '*'

export function useScope() {
  const route = useRoute()
  const router = useRouter()
  const said = (name: Name): string => {
    const value = route.query[name]
    return typeof value === 'string' ? value : ''
  }
  const area = computed(() => (areas.value.has(Number(said('area'))) ? Number(said('area')) : (header.value?.area ?? 0)))
  const duty = computed(() => said('duty') || ANY)
  const areas = computed(() => new Map((header.value?.areas ?? []).map((one) => [one.area, one])))
  const within = (day: string) => isDay(day) && !!header.value && day <= header.value.today && day >= header.value.begins
  const choice = computed(() => header.value?.duties.find((one) => one.duty === duty.value))
  const period = computed(() => said('period') || choice.value?.periods[0]?.code || '')
  /** Months that any duty has, the latest first, begun by the day that is asked for. */
  const months = computed(() => {
    const all = (header.value?.duties ?? []).flatMap((one) => one.periods).filter((one) => MONTH.test(one.code) && begins(one.code) <= asOf.value)
    return [...new Map(all.map((one) => [one.code, one])).values()].sort((one, other) => begins(other.code).localeCompare(begins(one.code)))
  })
  /** The month of the address, where what is shown may be of one month. */
  const month = computed(() => months.value.find((one) => one.code === said('period')) ?? null)
  const category = computed(() => said('category'))
  // A day that no figures have is never shown as theirs.
  const asOf = computed(() => (within(said('as_of')) ? said('as_of') : (header.value?.today ?? '')))
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
  /** What the address says that cannot be; figures of something else are never shown for it. */
  const wrong = computed<{ name: string; said: string } | null>(() => {
    const known = header.value
    if (!known) return null
    const fits: [string, string, (text: string) => boolean][] = [
      ['area', t('scope.area'), (text) => areas.value.has(Number(text))],
      ['duty', t('scope.duty'), (text) => known.duties.some((one) => one.duty === text)],
      ['period', t('scope.period'), (text) => /^[\w:.+@-]+$/.test(text) && !/^\d{4}-(?:00|1[3-9]|[2-9]\d)/.test(text)],
      ['category', t('scope.category'), (text) => known.categories.some((one) => one.code === text)],
      ['as_of', t('scope.as_of'), within],
      ['column', t('people.figure'), (text) => COLUMNS.some((one) => one === text)],
      ['why', t('people.why'), (text) => OPEN.some((one) => one.column === text)],
    ]
    const found = fits.find(([name, , fit]) => route.query[name] && !fit(String(route.query[name])))
    return found ? { name: found[1], said: String(route.query[found[0]]) } : null
  })
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
    const { worker, ...rest } = route.query
    // Whose villages they are depends on both.
    const stays = worker && !('area' in changes || 'duty' in changes)
    const query: LocationQueryRaw = stays ? { ...rest, worker } : rest
    for (const [name, value] of Object.entries(changes)) {
      if (value) query[name] = String(value)
      else delete query[name]
    }
    void router.push({ query })
  }
  return { area, duty, choice, period, months, month, category, asOf, query, carried, areas, wrong, trail, choose }
}
