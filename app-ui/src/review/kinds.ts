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
export interface AssignmentReply {
  assignment: string
  role: string
  role_zh: string
  role_en: string
  area: number
  area_name: string
  from: string
  until: string | null
  holds: boolean
}
export interface StaffReply { staff: string; name: string; phone: string | null; assignments: AssignmentReply[] }
export interface AccountReply { staff: string; name: string; login: string; first: boolean; closed: boolean; made_ms: number }
export interface FirstPassword { login: string; password: string }
export interface AccessReply {
  number: number
  at_ms: number
  staff: string
  name: string
  act: string
  kind: string | null
  record: string | null
  grant: string | null
  reason: string
}
export interface AccessesReply { lines: AccessReply[]; next: number | null }
export interface DeviceReply {
  device: string
  staff: string
  name: string
  phone: string | null
  areas: string[]
  state: 'active' | 'retired' | 'revoked'
  enrolled_ms: number
  heard_ms: number | null
  silent_days: number
  silent: boolean
  waiting: number
  app: string
}
export interface RecoveryReply { code: string }
export interface HolderReply { staff: string; name: string; roles_zh: string[]; roles_en: string[]; areas: string[]; phones: number }
export interface SheetReply {
  staff: string
  name: string
  areas: string[]
  county: number
  county_name: string
  code: string
  fingerprint: string
  until_ms: number
}
export interface DutyReply {
  rule: string
  duty: string
  title_zh: string
  title_en: string
  kind: string
  categories: CodeReply[]
  ways: string[]
  mets: string[]
  cadence: string
  cut: string
  visitors_min: number
  enrolled_days_min: number
  roles: string[]
  area: number
  area_name: string
  from: string
  until: string | null
  source: string
  strength: string
  now: 'past' | 'in_force' | 'to_come'
}
export interface PreviewReply {
  before: DutyReply | null
  after: DutyReply | null
  own_from_now: boolean
  people: number
  period: CodeReply | null
}
export interface GrantReply {
  grant: string
  staff: string
  name: string
  area: number
  area_name: string
  words: string
  state: 'asked' | 'approved' | 'refused' | 'ended'
  state_zh: string
  state_en: string
  from: string
  until: string
  decided_by: string | null
  own: boolean
  holds: boolean
}
export interface SubjectReply {
  person: string
  name: string
  minor: boolean
  sex: string | null
  age: number | null
  id_number: string | null
  township: string
  village: number | null
  village_name: string
  group: string
  head_name: string
  categories: CodeReply[]
  pending: boolean
  gone: boolean
}
export interface SubjectsReply { total: number; lines: SubjectReply[]; next: string | null }
export interface MembershipReply extends CodeReply { from: string | null; until: string | null; holds: boolean }
export interface StandingReply {
  duty: string
  title_zh: string
  title_en: string
  period: CodeReply
  status_zh: string
  status_en: string
  met: boolean
  met_on: string | null
  due_on: string | null
  overdue_days: number
}
export interface VisitLine {
  visit: string
  part: string
  day: string | null
  met: { way: string; met: string; reason: string | null; zh: string } | null
  visited_by: string[]
  receipt: string
}
export interface PersonReply {
  person: string
  name: string
  minor: boolean
  sex: string | null
  age: number | null
  id_number: string | null
  phone: string | null
  phone_carer: string | null
  phone_away: string | null
  township: string
  village: number | null
  village_name: string
  group: string
  head_name: string
  pending: boolean
  died: string | null
  moved_out: string | null
  categories: MembershipReply[]
  standings: StandingReply[]
  contested: string[]
  visits: VisitLine[]
}
export interface Answer {
  path: string
  question_zh: string
  question_en: string
  words_zh: string[]
  words_en: string[]
  values: unknown[]
  origin: 'asked' | 'prefilled' | 'confirmed_unchanged'
}
export interface FieldHistory {
  field: string
  value: unknown
  by: string
  made_ms: number
  arrived_ms: number
  state: string
  stands: boolean
}
export interface RecordHistory { kind: string; record: string; contested: string[]; writes: FieldHistory[] }
export interface MetDuty { duty: string; title_zh: string; title_en: string; period: CodeReply }
export interface PartReply {
  part: string
  person: string
  name: string
  minor: boolean
  shut: boolean
  met: CodeReply | null
  reason: CodeReply | null
  void: boolean
  meets: MetDuty[]
  answers: Answer[]
  history: RecordHistory | null
}
export interface VisitReply {
  visit: string
  village: number | null
  village_name: string
  way: CodeReply | null
  place: string | null
  from_ms: number | null
  until_ms: number | null
  visited_by: string[]
  recorded_by: string | null
  companions: string[]
  void: boolean
  receipt: string | null
  received_ms: number | null
  parts: PartReply[]
  more_elsewhere: boolean
  history: RecordHistory
}
