// The second tap of a double tap saves nothing twice: one guard for every command that writes something new,
// however slow the phone is and whatever the page shows meanwhile.
import type { Commands } from './commands.generated'

/** What a second tap would write a second time. An answer is none: the same one may be given, changed and given again. */
const WRITES: ReadonlySet<keyof Commands> = new Set<keyof Commands>([
  'raise_concern', 'add_found', 'register_person', 'start_visit', 'not_met', 'report_change', 'urgent', 'urgent_call',
  'correct_contact', 'amend', 'amend_time', 'explain', 'settle',
])
/** A tap that comes so soon after the first was carried out belongs to it. */
const BELONGS_MS = 800

type Carry = (name: string, args: unknown) => Promise<unknown>

/** Carries a command as `carry` does; the same one again is answered with what became of the first. */
export function once(carry: Carry, belongs = BELONGS_MS): Carry {
  const begun = new Map<string, Promise<unknown>>()
  return (name, args) => {
    if (!WRITES.has(name as keyof Commands)) return carry(name, args)
    const what = `${name} ${JSON.stringify(args)}`
    const before = begun.get(what)
    if (before) return before
    const now = carry(name, args)
    begun.set(what, now)
    const forget = () => begun.delete(what)
    // What was not carried out may be tried again at once.
    now.then(() => setTimeout(forget, belongs), forget)
    return now
  }
}
