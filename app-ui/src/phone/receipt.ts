// A receipt's digits are read out over the phone: they are never parted at the end of a line.
import { t } from '@/shared/words'

/** `回执 1123 0457 2`. */
export const receiptWords = (digits: string): string => t('receipt', { digits: digits.replace(/ /g, '\u00a0') })
