// The words of the model's codes, from the same tables as in Rust.
import tables from '@/api/codes.generated.json'
import { language } from '@/shared/words'

type Tables = Record<string, Record<string, { zh: string; en: string }>>

/** What a code of a table is called on the screen. */
export function code(table: string, of: string): string {
  return (tables as Tables)[table]?.[of]?.[language.value] ?? of
}

/** Every code of a table, in its order. */
export function codes(table: string): string[] {
  return Object.keys((tables as Tables)[table] ?? {})
}
