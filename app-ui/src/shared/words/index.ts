// Words by key, in Chinese first. Every key stands in both catalogues; a test says so.
import { ref } from 'vue'
import en from './en.json'
import zh from './zh-CN.json'

/** A key of the catalogues. */
export type WordKey = keyof typeof zh
/** The languages there are. */
export type Language = 'zh' | 'en'

const catalogues: Record<Language, Record<WordKey, string>> = { zh, en }

/** The language of the screens; pages that use [`t`] follow it. */
export const language = ref<Language>('zh')

/** The words of a key, with `{details}` filled in. */
export function t(key: WordKey, details: Record<string, string | number> = {}): string {
  return catalogues[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  )
}

/** Chooses the language and tells the browser, which picks glyphs and reads aloud by it. */
export function speak(chosen: Language): void {
  language.value = chosen
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en'
}
