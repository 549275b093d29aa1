// The console's words, beside those that both apps share.
import { language, t as shared, type Language } from '@/shared/words'
import en from './en.json'
import zh from './zh-CN.json'

/** A key of the console's catalogues. */
export type WordKey = keyof typeof zh

const catalogues: Record<Language, Record<WordKey, string>> = { zh, en }

/** The words of a key, with `{details}` filled in. */
export function t(key: WordKey, details: Record<string, string | number> = {}): string {
  return catalogues[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  )
}

/** The words of a key that ends with a code of the county's; the code itself when it is of a newer version. */
export function told(key: string): string {
  return key in zh ? t(key as WordKey) : (key.split('.').pop() ?? key)
}

/** Several things in a row, with the mark of the language between them. */
export const listed = (all: string[]): string => all.join(shared('list'))

/** Of two texts that came from the county the one of the language of the screens. */
export function either(of: { zh: string; en: string } | null | undefined): string {
  return of ? of[language.value] : ''
}
