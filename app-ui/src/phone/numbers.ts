// Whom to ring in an emergency: known without signal and while the phone is locked. The numbers of the whole
// country stand here, those of the county and its townships beside the app's name, and who works in the township
// is the client's to say, also before anybody has unlocked.
import { reactive } from 'vue'
import data from '@name'
import { call } from '@/api/carrier'
import type { AreaCode, Helper, Helping } from '@/api/commands.generated'
import { code } from '@/shared/codes'
import { language, t, type WordKey } from '@/shared/words'

/** A number of the county's own; of the whole county where no area is said. */
export interface OwnNumber {
  number: string
  zh: string
  en: string
  area?: string
}
/** A number, and whose it is. */
export interface Dialled {
  number: string
  whose: string
}

/** These before anything else. */
export const FIRST: { number: string; word: WordKey }[] = [
  { number: '110', word: 'urgent.110' },
  { number: '120', word: 'urgent.120' },
]
/** For young people, women, prosecutors (whoever harms a child, or looks away), law, and everything else. */
export const LINES: { number: string; word: WordKey }[] = [
  { number: '12345', word: 'urgent.12345' },
  { number: '12355', word: 'urgent.12355' },
  { number: '12338', word: 'urgent.12338' },
  { number: '12309', word: 'urgent.12309' },
  { number: '12348', word: 'urgent.12348' },
]

const known = reactive<Helping>({ areas: [], people: [], townships: [] })

/** The digits of a code that say something: of a township those of its villages begin with them. */
const digits = (area: AreaCode | string) => String(area).replace(/000$/, '').replace(/000$/, '')

/** Those of the county's numbers that are meant for one of these areas; all of them while none is known. */
export function numbersFor(all: OwnNumber[], areas: (AreaCode | string)[]): OwnNumber[] {
  const meant = ({ area }: OwnNumber) => !area || areas.length === 0 || areas.some((mine) => String(mine).startsWith(digits(area)))
  return all.filter(meant)
}

/** Who works in the township and in the office above it. */
export function helpers(): Dialled[] {
  // Before anybody has unlocked, no name is known.
  const whose = (one: Helper) => t(one.name ? 'urgent.helper' : 'urgent.helper.role', { role: code('role', one.role), name: one.name, area: one.area_name })
  return known.people.map((one) => ({ number: one.phone, whose: whose(one) }))
}

/** The townships in which the holder works, when there are several. */
export const townships = () => known.townships

const own = () => numbersFor(data.numbers as OwnNumber[], known.areas)
/** Whether there is a number of the county's own here, such as that of the 派出所. */
export const ownNumbers = () => own().length > 0

/** The county's numbers, then who works in the township. */
export function near(): Dialled[] {
  return [...own().map((one) => ({ number: one.number, whose: one[language.value] })), ...helpers()]
}

/** Learns who works in the township. */
export async function learn(): Promise<void> {
  try {
    Object.assign(known, await call('helpers', {}))
  } catch {
    // Those who were known still are.
  }
}
