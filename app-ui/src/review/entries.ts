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

/** Who acts on urgent reports. */
export const URGENT = ['county_reviewer', 'approver', 'child_supervisor']

export const entries: Entry[] = [
  { path: '/urgent', word: 'rail.urgent', icon: 'urgent', may: () => session.holds(...URGENT) },
  { path: '/today', word: 'rail.today', icon: 'tick', may: () => true },
  { path: '/coverage', word: 'rail.coverage', icon: 'table', may: () => true },
  { path: '/unvisited', word: 'rail.unvisited', icon: 'records', may: () => true },
  { path: '/concerns', word: 'rail.concerns', icon: 'question', may: () => true },
  { path: '/changes', word: 'rail.changes', icon: 'home', may: () => true },
  { path: '/waiting', word: 'rail.waiting', icon: 'both', may: () => true },
  { path: '/subjects', word: 'rail.subjects', icon: 'people', may: () => true },
  { path: '/phones', word: 'rail.phones', icon: 'saved', may: () => session.holds(...OFFICE) },
  { path: '/settings', word: 'rail.settings', icon: 'settings', may: () => true },
]

/** Who decides on what was set aside. */
export const DECIDERS = ['county_admin', 'county_reviewer']

/** Who edits rules, staff and accounts. */
export const ADMINS = ['county_admin']

/** The pages of the settings. */
export const settingsPages: Omit<Entry, 'icon'>[] = [
  { path: '/settings/duties', word: 'settings.duties', may: () => true },
  { path: '/settings/staff', word: 'settings.staff', may: () => true },
  { path: '/settings/closings', word: 'settings.closings', may: () => true },
  { path: '/settings/grants', word: 'settings.grants', may: () => true },
  { path: '/settings/erasures', word: 'settings.erasures', may: () => session.holds(...ADMINS, 'approver') },
  { path: '/settings/accesses', word: 'settings.accesses', may: () => session.holds('auditor', 'approver') },
]
