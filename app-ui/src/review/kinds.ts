// The county's replies by their names, as its description of the routes has them.
import type { components, operations } from '@/api/desk.generated'

type Schemas = components['schemas']
/** What the county answers: it leaves nothing out, what is absent is null. */
export type Present<T> = T extends (infer One)[] ? Present<One>[] : T extends object ? { [K in keyof T]-?: Present<T[K]> } : T
/** A figure of the table. */
export type Column = operations['get_coverage_explain']['parameters']['query']['column']
export type AboutReply = Present<Schemas['AboutReply']>
export type AccessReply = Present<Schemas['AccessReply']>
export type AccessesReply = Present<Schemas['AccessesReply']>
export type AccountReply = Present<Schemas['AccountReply']>
export type Answer = Present<Schemas['Answer']>
export type AreaReply = Present<Schemas['AreaReply']>
export type AssignmentReply = Present<Schemas['AssignmentReply']>
export type CodeReply = Present<Schemas['CodeReply']>
export type CoverageReply = Present<Schemas['CoverageReply']>
export type DoneReply = Present<Schemas['DoneReply']>
export type DeviceReply = Present<Schemas['DeviceReply']>
export type DutyChoice = Present<Schemas['DutyChoice']>
export type DutyReply = Present<Schemas['DutyReply']>
export type ExcludedReply = Present<Schemas['ExcludedReply']>
export type Explanation = Present<Schemas['Explanation']>
export type FieldHistory = Present<Schemas['FieldHistory']>
export type FirstPassword = Present<Schemas['FirstPassword']>
export type GrantReply = Present<Schemas['GrantReply']>
export type HeaderReply = Present<Schemas['HeaderReply']>
export type HolderReply = Present<Schemas['HolderReply']>
export type ChangeReply = Present<Schemas['ChangeReply']>
export type ImportReply = Present<Schemas['ImportReply']>
export type Line = Present<Schemas['Line']>
export type MembershipReply = Present<Schemas['MembershipReply']>
export type MetDuty = Present<Schemas['MetDuty']>
export type PartReply = Present<Schemas['PartReply']>
export type PeopleReply = Present<Schemas['PeopleReply']>
export type PersonReply = Present<Schemas['PersonReply']>
export type PreviewReply = Present<Schemas['PreviewReply']>
export type RecordHistory = Present<Schemas['RecordHistory']>
export type RecoveryReply = Present<Schemas['RecoveryReply']>
export type Responsible = Present<Schemas['Responsible']>
export type RoleReply = Present<Schemas['RoleReply']>
export type RowReply = Present<Schemas['RowReply']>
export type SessionReply = Present<Schemas['SessionReply']>
export type SheetReply = Present<Schemas['SheetReply']>
export type StaffReply = Present<Schemas['StaffReply']>
export type StandingReply = Present<Schemas['StandingReply']>
export type SubjectReply = Present<Schemas['SubjectReply']>
export type SubjectsReply = Present<Schemas['SubjectsReply']>
export type TakeReply = Present<Schemas['TakeReply']>
export type TakenReply = Present<Schemas['TakenReply']>
export type Takes = Present<Schemas['Takes']>
export type VisitLine = Present<Schemas['VisitLine']>
export type VisitReply = Present<Schemas['VisitReply']>
export type Decided = Present<Schemas['Decided']>
export type WaitingItem = Present<Schemas['WaitingItem']>
export type WaitingList = Present<Schemas['WaitingList']>
export type WaitingSide = Present<Schemas['WaitingSide']>
export type WaitingShown = Present<Schemas['WaitingShown']>
