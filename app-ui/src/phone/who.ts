// Who somebody is, in one line of a list.
import { code, codes } from '@/shared/codes'
import { t } from '@/shared/words'

interface Known {
  sex: string | null
  age: number | null
  categories: string[]
}

/** `男`, `女`, or nothing when it is not known. */
export function sexWord(sex: string | null): string {
  return sex === '1' ? t('sex.1') : sex === '2' ? t('sex.2') : ''
}

/** The categories in words; one that this version does not know is told to be another one. */
export function categoryWords(of: string[]): string[] {
  const known = codes('category')
  return [...new Set(of.map((one) => (known.includes(one) ? code('category', one) : t('people.other_category'))))]
}

/** `女78 · 低保 · 残疾人`. */
export function whoLine({ sex, age, categories }: Known): string {
  return [`${sexWord(sex)}${age ?? ''}`, ...categoryWords(categories)].filter(Boolean).join(' · ')
}
