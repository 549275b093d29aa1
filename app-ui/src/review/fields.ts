// Fields of a record and their values in words, as far as the model's catalogue goes. Nobody reads an id.
import { code, type CodeTable } from '@/shared/codes'
import { inWords, interval, moment } from './days'
import { header } from './scope'
import type { Takes } from './kinds'
import INSTITUTIONS from './institutions.json'
import { either, listed, t, type WordKey } from './words'

const TABLES: Record<string, CodeTable> = {
  way: 'way', met: 'met', reason: 'not_met', now: 'concern_now', age_said: 'age_said', registration: 'registration', role: 'role', 'concern/kind': 'concern_kind', 'concern/state': 'concern_state',
}

/** What a field is called, a keyed one without its key; a field of no catalogue by its key. */
export function fieldName(key: string, questions: Map<string, string>): string {
  const stem = key.slice(0, key.indexOf('/') + 1)
  const named = code('field', key)
  return questions.get(key) ?? (named === key && stem && code('field', stem) !== stem ? code('field', stem) : named)
}

const ID = /^[0-9a-f]{32}$/
const DAY = /^\d{4}-\d\d-\d\d$/
const SPAN = /^(\d{4}-\d\d-\d\d)T([\d:]+)\/(\d{4}-\d\d-\d\d)T([\d:]+)$/

/** Where a visit was written down: degrees, metres, when. */
const PLACE = /^(-?[\d.]+),(-?[\d.]+),(\d+),(\d+)$/

/** What a value is that names another record, where nobody said what that one is called. */
const ONE_OF: Record<string, WordKey> = {
  household: 'field.a_household', subject: 'field.a_person', staff: 'field.a_person', visited_by: 'field.a_person', companions: 'field.a_person', visit: 'visit.title',
}

/** A school or an institution is no family: it is called by its own name. */
const institution = (head: string): boolean => INSTITUTIONS.some((end) => head.endsWith(end))
/** A home by whose it is, with its 小组 when that is known. */
export function home(head: string, group = ''): string {
  if (institution(head)) return [group, head].filter(Boolean).join(' ')
  return t(group ? 'visit.of_home_in' : 'visit.of_home', { head, group })
}

/** Who did something; whom the county does not know as staff, its operator, worked at the server itself. */
export const who = (name: string): string => (name && !ID.test(name) ? name : t('who.server'))

/** A value in words; `names` of the records that values name, as the county says them, and the kind of its own record. */
export function fieldValue(key: string, value: unknown, names: Record<string, string> = {}, kind = ''): string {
  if (value === null) return t('field.empty')
  if (typeof value === 'boolean') return t(value ? 'field.yes' : 'field.no')
  if (Array.isArray(value)) return listed(value.map((one) => fieldValue(key, one, names, kind)))
  const text = String(value)
  const table = key.startsWith('going/') ? 'going' : (TABLES[key] ?? TABLES[`${kind}/${key}`])
  if (table) return code(table, text)
  const span = SPAN.exec(text)
  if (span) return interval(...(span.slice(1) as [string, string, string, string]))
  const [, latitude = '', longitude = '', metres = '', at] = (key === 'location' && PLACE.exec(text)) || []
  if (at) return t('field.location_at', { latitude, longitude, metres, when: moment(Number(at)) })
  const area = key === 'village' ? header.value?.areas.find((one) => String(one.area) === text) : undefined
  if (area) return area.name
  if (key === 'household' && names[text]) return home(names[text])
  if (ID.test(text)) return names[text] ?? t(ONE_OF[key] ?? 'field.a_record')
  return DAY.test(text) ? inWords(text) : text
}

/** A value in words, where the county says what the field takes: a question's answers by their labels. */
export function takenValue(key: string, value: unknown, takes: Takes | null, names: Record<string, string> = {}): string {
  const word = (one: unknown) => takes?.choices.find((choice) => choice.code === one)
  if (Array.isArray(value)) return listed(value.map((one) => takenValue(key, one, takes, names)))
  const found = word(value)
  return found ? either(found) : fieldValue(key, value, names)
}
