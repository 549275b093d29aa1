// Changing a visit that is being filled in: what is not said stays.
import { call } from '@/api/carrier'
import type { SetVisit, VisitView } from '@/api/commands.generated'

const same = { way: null, happened: null, visited_by: null, companions: null, late_reason: null, location: null }

/** Changes this of a visit, and nothing else. */
export function setVisit(visit: string, changed: Partial<SetVisit>): Promise<VisitView> {
  return call('set_visit', { visit, ...same, ...changed })
}
