// The county's replies, by the names of its API document.
export interface RoleReply { role: string; zh: string; en: string; area: number; area_name: string }
export interface SessionReply {
  state: 'out' | 'locked' | 'first_password' | 'open'
  proof: string | null
  staff: string | null
  name: string | null
  login: string | null
  roles: RoleReply[]
  idle_min: number
}
export interface CodeReply { code: string; zh: string; en: string }
export interface AreaReply { area: number; name: string; level: 'county' | 'township' | 'village'; parent: number | null }
export interface DutyChoice { duty: string; title_zh: string; title_en: string; in_force: boolean; periods: CodeReply[] }
export interface HeaderReply {
  areas: AreaReply[]
  area: number
  duties: DutyChoice[]
  categories: CodeReply[]
  today: string
  begins: string
}
export interface ExcludedReply extends CodeReply { people: number }
export interface RowReply {
  area: number
  name: string
  opens: boolean
  register: number
  not_counted: number
  excluded: ExcludedReply[]
  due: number
  met: number
  met_home: number
  rate: number | null
  home_rate: number | null
  open: number
  change_pending: number
  tried: number
  silent: number
  not_yet: number
  missed_before: number
  contested: number
}
export interface AboutReply {
  unit: string
  duty: string
  title_zh: string
  title_en: string
  period: CodeReply
  from: string
  last: string
  as_of: string
  category: string | null
  asked_ms: number
  rules_pending: boolean
}
export interface CoverageReply {
  about: AboutReply
  sentence_zh: string
  sentence_en: string
  breadcrumb: AreaReply[]
  rows: RowReply[]
  total: RowReply
}
export type Column =
  | 'register' | 'excluded' | 'due' | 'met' | 'met_home' | 'met_other' | 'open' | 'change_pending' | 'tried'
  | 'silent' | 'not_yet' | 'missed_before' | 'contested'
export interface Explanation { definition_zh: string; definition_en: string; source_zh: string; source_en: string }
export interface Responsible { name: string; phone: string | null }
export interface Line {
  person: string
  township: string
  village: number
  village_name: string
  group: string
  head_name: string
  name: string
  categories: string[]
  status: string
  due_on: string | null
  overdue_days: number
  last_visit: string | null
  last_visit_by: string
  why: string
  responsible: Responsible[]
}
export interface PeopleReply { total: number; lines: Line[]; next: string | null }
