// Fields of a record and their values in words, as far as the model's catalogue goes.
import { code, type CodeTable } from '@/shared/codes'
import { header } from './scope'
import { t } from './words'

const TABLES: Record<string, CodeTable> = { way: 'way', met: 'met', reason: 'not_met' }

/** What a field is called; a field of no catalogue by its key. */
export const fieldName = (key: string, questions: Map<string, string>): string => questions.get(key) ?? code('field', key)

const ID = /^[0-9a-f]{32}$/
const SPAN = /^(\d{4}-\d\d-\d\d)T([\d:]+)\/(\d{4}-\d\d-\d\d)T([\d:]+)$/

/** A value in words. */
export function fieldValue(key: string, value: unknown): string {
  if (value === null) return t('field.empty')
  if (typeof value === 'boolean') return t(value ? 'field.yes' : 'field.no')
  if (Array.isArray(value)) return value.map((one) => fieldValue(key, one)).join('\u3001')
  const text = String(value)
  const table = TABLES[key]
  if (table) return code(table, text)
  const span = SPAN.exec(text)
  if (span) return `${span[1]} ${span[2]}\u2013${span[3] === span[1] ? '' : `${span[3]} `}${span[4]}`
  const area = key === 'village' ? header.value?.areas.find((one) => String(one.area) === text) : undefined
  if (area) return area.name
  return ID.test(text) ? `${text.slice(0, 8)}\u2026` : text
}
