// Who somebody is, in one line of a list.
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

/** `女78 · 低保 · 残疾人`. */
export function whoLine({ sex, age, categories }: Known): string {
  return [`${sexWord(sex)}${age ?? ''}`, ...categories].filter(Boolean).join(' · ')
}
