// The entries of the rail: what there is, and for whom.
import type { IconName } from '@/shared/icons/paths'
import { session } from './session'
import type { WordKey } from './words'

interface Entry {
  path: string
  word: WordKey
  icon: IconName
  may: () => boolean
}

/** Who runs a township's or the county's office. */
export const OFFICE = ['county_admin', 'county_reviewer', 'station_head', 'child_supervisor', 'assistance_clerk']

export const entries: Entry[] = [
  { path: '/coverage', word: 'rail.coverage', icon: 'today', may: () => true },
  { path: '/unvisited', word: 'rail.unvisited', icon: 'records', may: () => true },
  { path: '/subjects', word: 'rail.subjects', icon: 'people', may: () => true },
  { path: '/phones', word: 'rail.phones', icon: 'saved', may: () => session.holds(...OFFICE) },
  { path: '/settings', word: 'rail.settings', icon: 'me', may: () => true },
]
