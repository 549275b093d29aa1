// The names of fields that belong to no form.
import { t, type WordKey } from '@/shared/words'
import zh from '@/shared/words/zh-CN.json'

/** What a field is called; its key as it is when the catalogue does not know it. */
export function keyWords(key: string): string {
  const word = `key.${key.replace('/', '_')}`
  return word in zh ? t(word as WordKey) : key
}
