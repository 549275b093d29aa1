// Digits that are typed: plain ones, and in groups of four as they stand on paper.

/** Only the digits of what was typed; those of a Chinese keyboard are taken as what they mean. */
export function plainDigits(typed: string): string {
  return typed.replace(/[\uff10-\uff19]/g, (digit) => String(digit.charCodeAt(0) - 0xff10)).replace(/\D/g, '')
}

/** `1234 5678 90`. */
export function grouped(digits: string): string {
  return digits.replace(/(\d{4})(?=\d)/g, '$1 ')
}

/** How many characters so many digits are in groups, when more follow. */
export function lengthWithGroups(digits: number): number {
  return digits + Math.max(0, Math.ceil(digits / 4) - 1)
}
