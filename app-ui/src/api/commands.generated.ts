// Written by `cargo xtask codegen` from the Rust types. Not to be edited.

export type AddFound = { 
/**
 * The draft.
 */
visit: string, 
/**
 * The person.
 */
subject: RecordId, 
/**
 * What kind.
 */
kind: ConcernKind, 
/**
 * In words.
 */
words: string, };

export type Advice = "retry" | "fix" | "call";

export type AgeKept = { 
/**
 * The day of birth in the number, where another one was typed.
 */
number_born: Day | null, 
/**
 * What that of the number, or the typed one, makes them, where something else was said.
 */
age: AgeSaid | null, };

export type AgeSaid = "child" | "adult";

export type AgeTold = { 
/**
 * The ID number.
 */
id_number: string | null, 
/**
 * Date of birth.
 */
born: Day | null, 
/**
 * A child or an adult.
 */
age_said: AgeSaid | null, };

export type Amend = { 
/**
 * The visit or the part.
 */
record: RecordRef, 
/**
 * The field; an answer's is `a/` and its path.
 */
key: string, 
/**
 * The new value.
 */
value: Value, 
/**
 * What the screen had seen of the record when the page was opened.
 */
seen: Vector, };

export type AmendTime = { 
/**
 * The visit.
 */
visit: RecordId, 
/**
 * When it was.
 */
happened: When, 
/**
 * Why that is said only now; asked for when it is long ago.
 */
late_reason: string | null, 
/**
 * What the screen had seen of the visit when the page was opened.
 */
seen: Vector, };

export type Answer = { 
/**
 * The draft.
 */
visit: string, 
/**
 * The person.
 */
subject: RecordId, 
/**
 * The question.
 */
path: string, 
/**
 * The answer; null takes it back.
 */
value: Value, };

export type Answered = { "concern": { 
/**
 * What kind.
 */
kind: ConcernKind, 
/**
 * How far it is.
 */
state: ConcernState, } } | { "change": { 
/**
 * What was reported.
 */
reason: NotMet, 
/**
 * The word on it.
 */
state: ChangeState, } } | { "registration": { 
/**
 * The word on it.
 */
state: Registration, } };

export type AreaCode = number;

export type AwayKind = "hospital" | "institution" | "migrant" | "boarding";

export type AwayView = { 
/**
 * Why.
 */
kind: AwayKind, 
/**
 * Since when.
 */
from: Day | null, 
/**
 * The first day back, when that is known.
 */
until: Day | null, };

export type ChangePin = { 
/**
 * The PIN until now.
 */
old: string, 
/**
 * The PIN from now on.
 */
new: string, };

export type ChangeReport = { 
/**
 * Of whom.
 */
subjects: Array<RecordId>, 
/**
 * What has changed.
 */
reason: NotMet, 
/**
 * Where, whom to ring.
 */
reason_words: string | null, 
/**
 * Since when.
 */
reason_from: Day | null, };

export type ChangeState = "open" | "accepted" | "rejected";

export type ChangeView = { 
/**
 * What it is.
 */
state: ChangeState, 
/**
 * In its words; of one that was taken back, why.
 */
words: string | null, };

export type ChoiceView = { 
/**
 * What is answered.
 */
code: string, 
/**
 * What is shown.
 */
label: string, };

export type Chosen = { 
/**
 * The person.
 */
subject: RecordId, 
/**
 * Who was met; to be said later when left out.
 */
met: Met | null, };

export type CodeKind = "enrol" | "recovery";

export type Colleague = { 
/**
 * The member of staff.
 */
staff: RecordId, 
/**
 * The name.
 */
name: string, 
/**
 * The roles, each once.
 */
roles: Array<Role>, 
/**
 * Whether it is the holder of this phone.
 */
me: boolean, };

export type CompareView = { 
/**
 * When the last visit was.
 */
last_day: Day, 
/**
 * Whether 没变化 is offered.
 */
offered: boolean, 
/**
 * Why it is not, in a sentence.
 */
why_not: string | null, 
/**
 * Whether 没变化 was said in this visit.
 */
said: boolean, };

export type ConcernKind = "house" | "utilities" | "medical" | "livelihood" | "care" | "school" | "guardianship" | "papers" | "other";

export type ConcernNow = "solved" | "same" | "worse";

export type ConcernState = "open" | "in_hand" | "solved" | "unsolvable";

export type ConcernView = { 
/**
 * The record.
 */
concern: RecordId, 
/**
 * What kind.
 */
kind: ConcernKind, 
/**
 * In words.
 */
words: string, 
/**
 * How far it is.
 */
state: ConcernState, 
/**
 * The township's answer.
 */
reply: string | null, 
/**
 * Who sees to it.
 */
handler: string | null, 
/**
 * By when somebody will see to it.
 */
due: Day | null, 
/**
 * When it was found.
 */
found: Day | null, 
/**
 * What the last visit said of it.
 */
now: string | null, };

export type ContestedField = { 
/**
 * The record.
 */
record: RecordRef, 
/**
 * The field.
 */
key: string, 
/**
 * What stands.
 */
sides: Array<Side>, 
/**
 * What the screen has seen: to be handed back with the decision.
 */
seen: Vector, 
/**
 * Whether this worker may settle it.
 */
may_settle: boolean, };

export type CorrectContact = { 
/**
 * The person or the household.
 */
record: RecordRef, 
/**
 * `phone`, `phone/carer`, `phone/away`, `directions`, `nickname` or `pinyin`.
 */
key: string, 
/**
 * The new text; empty takes it away.
 */
value: string, 
/**
 * What the screen had seen of the record when the page was opened.
 */
seen: Vector, };

export type Day = string;

export type DeviceId = string;

export type DraftItem = { 
/**
 * Its name on this phone.
 */
visit: string, 
/**
 * The household's head (户主), or the place.
 */
title: string, 
/**
 * The people, by name as lists show it.
 */
people: Array<string>, 
/**
 * When it was last changed.
 */
changed_ms: number, 
/**
 * Whether it was put away, and can be brought back.
 */
discarded: boolean, 
/**
 * Whether it cannot be read; it is kept as it is.
 */
damaged: boolean, };

export type DraftName = { 
/**
 * Its name on this phone.
 */
visit: string, };

export type DraftSubject = { 
/**
 * The draft.
 */
visit: string, 
/**
 * The person.
 */
subject: RecordId, };

export type DueItem = { 
/**
 * The person.
 */
subject: RecordId, 
/**
 * The name, masked for a child.
 */
name: string, 
/**
 * What neighbours call them; not of a child.
 */
nickname: string | null, 
/**
 * Age in years.
 */
age: number | null, 
/**
 * Sex, as registered.
 */
sex: string | null, 
/**
 * The codes of the categories.
 */
categories: Array<string>, 
/**
 * The village.
 */
village: AreaCode | null, 
/**
 * The village group.
 */
group: string, 
/**
 * The household's head (户主), who tells same-name neighbours apart.
 */
household: string, 
/**
 * Why, the gravest first.
 */
why: Array<Why>, 
/**
 * The same in words.
 */
why_zh: Array<string>, 
/**
 * 这次要上门: some open duty is met at home only; else 打电话也可以 where `by_phone`.
 */
at_home: boolean, 
/**
 * Whether every open duty is met by telephone too.
 */
by_phone: boolean, 
/**
 * The first day by which somebody should go.
 */
due_on: Day | null, 
/**
 * 什么时候再来, as it was said when nobody was met the last time.
 */
come_again: string | null, };

export type DutyView = { 
/**
 * The duty in words.
 */
title: string, 
/**
 * Its period in words.
 */
period: string, 
/**
 * How the person stands.
 */
status: string, 
/**
 * Whether it still asks.
 */
open: boolean, 
/**
 * By when.
 */
due_on: Day | null, };

export type Enrol = { 
/**
 * 16 digits; spaces do not matter.
 */
code: string, 
/**
 * 6 digits or more.
 */
pin: string, 
/**
 * The county's 12-digit code; where nothing is said, the county itself is asked.
 */
county: string | null, 
/**
 * Throw away what was begun before under a PIN that nobody remembers.
 */
anew: boolean, };

export type EnrolBegin = { 
/**
 * 16 digits; spaces do not matter.
 */
code: string, 
/**
 * 6 digits or more.
 */
pin: string, 
/**
 * The county's 12-digit code, from the QR code or the county's `/health`.
 */
county: string, 
/**
 * Throw away what was begun before under a PIN that nobody remembers. It opens nothing: the county had
 * not answered, or its answer never arrived, and then the sheet is used and another one is needed.
 */
anew: boolean, };

export type EnrolDone = { 
/**
 * The name of its holder.
 */
staff_name: string, 
/**
 * The six digits that stand on the sheet too.
 */
fingerprint: string, };

export type EnrolFinish = { 
/**
 * JSON.
 */
reply: string, };

export type EnrolPost = { 
/**
 * Where: a path at the county's listener for phones.
 */
path: string, 
/**
 * What: JSON.
 */
body: string, };

export type Explain = { 
/**
 * The part.
 */
part: RecordId, 
/**
 * The field that was asked about.
 */
field: string, 
/**
 * The word.
 */
words: string, 
/**
 * What the screen had seen of the part when the page was opened.
 */
seen: Vector, };

export type FinishReply = { 
/**
 * The visit's record; nothing while there are gaps.
 */
visit: RecordId | null, 
/**
 * What keeps it from being finished, in order.
 */
gaps: Array<Gap>, 
/**
 * The next person due in the same household, or else the same group.
 */
next: RecordId | null, };

export type FormDelta = { 
/**
 * The groups and questions whose state is another, in document order.
 */
changed: Array<QuestionState>, };

export type FormView = { 
/**
 * The form's title.
 */
title: string, 
/**
 * Its pages.
 */
pages: Array<PageView>, };

export type Found = { 
/**
 * What kind.
 */
kind: ConcernKind, 
/**
 * In words.
 */
words: string, };

export type Gap = { 
/**
 * Whose part; nothing for the visit itself.
 */
subject: RecordId | null, 
/**
 * The question, to jump to.
 */
path: string | null, 
/**
 * What is wrong.
 */
problem: Problem, };

export type GroupItem = { 
/**
 * The village.
 */
village: AreaCode | null, 
/**
 * Its name.
 */
village_name: string, 
/**
 * The group.
 */
group: string, 
/**
 * People.
 */
people: number, };

export type Happened = string;

export type Helper = { 
/**
 * The name; empty while the phone was not unlocked, for no name lies in the open.
 */
name: string, 
/**
 * As what.
 */
role: Role, 
/**
 * Where.
 */
area: AreaCode, 
/**
 * What the place is called.
 */
area_name: string, 
/**
 * The telephone.
 */
phone: string, };

export type Helping = { 
/**
 * Where the holder works, each place once.
 */
areas: Array<AreaCode>, 
/**
 * 儿童督导员 and 乡镇站长 of the places above, and the holder's own, who have a telephone.
 */
people: Array<Helper>, 
/**
 * The townships in which the holder works, when there are several: a report may name one.
 */
townships: Array<Township>, };

export type HistoryAsked = { 
/**
 * The person.
 */
subject: RecordId, 
/**
 * The last row of the page before: its day and part.
 */
after: [Day, RecordId] | null, 
/**
 * How many at most.
 */
count: number | null, };

export type Kind = "group" | "select_one" | "select_multiple" | "integer" | "decimal" | "date" | "text" | "note" | "calculate";

export type Language = "zh" | "en";

export type ListedAs = "elder" | "child" | "allowance" | "destitute" | "disabled" | "other";

export type LocationView = { 
/**
 * Metres within which it is.
 */
accuracy_m: number, 
/**
 * When it was measured.
 */
at_ms: number, };

export type LockStatus = { 
/**
 * How far this phone is.
 */
phase: Phase, 
/**
 * Seconds until the next try to unlock.
 */
wait_s: number, };

export type LockedReports = { 
/**
 * How many are only on this phone.
 */
waiting: number, 
/**
 * How many the county has, by its signed word.
 */
received: number, };

export type MeView = { 
/**
 * The holder's name.
 */
staff_name: string, 
/**
 * The device, as the county names it.
 */
device: DeviceId, 
/**
 * The county.
 */
county: AreaCode, 
/**
 * Its name.
 */
county_name: string, 
/**
 * The six digits of the county's key.
 */
fingerprint: string, 
/**
 * Roles that hold today.
 */
roles: Array<RoleView>, 
/**
 * Entries that the county does not have yet.
 */
waiting: number, 
/**
 * When the county was last heard, by its own clock.
 */
heard_ms: number | null, 
/**
 * How much room is left; nothing when the system does not say.
 */
room: Room | null, 
/**
 * The app's version.
 */
app: string, 
/**
 * A later one that the county offers, with its bytes; nobody has to take it.
 */
later_app: [string, number] | null, 
/**
 * After so many minutes during which nobody touched it, the app locks.
 */
lock_minutes: number, };

export type Met = "self" | "self_and_carer" | "family" | "none";

export type NewsItem = { 
/**
 * About whom.
 */
subject: RecordId, 
/**
 * The name as lists show it.
 */
name: string, 
/**
 * What was answered.
 */
answered: Answered, 
/**
 * In its words.
 */
words: string | null, 
/**
 * When, as far as clocks can tell.
 */
at_ms: number, };

export type NotMet = "not_at_home" | "in_the_fields" | "at_relatives" | "road_blocked" | "hospital" | "migrant" | "boarding" | "institution" | "moved_away" | "registration_moved" | "died" | "refused";

export type NotMetVisit = { 
/**
 * Whom the worker went to see.
 */
subjects: Array<RecordId>, 
/**
 * Why they were not met.
 */
reason: NotMet, 
/**
 * Where, since when, whom to ring.
 */
reason_words: string | null, 
/**
 * From when a reported change holds.
 */
reason_from: Day | null, 
/**
 * When to come again.
 */
come_again: string | null, 
/**
 * 上门 unless said.
 */
way: Way | null, 
/**
 * Now unless said.
 */
happened: When | null, 
/**
 * Who went there: the author unless said.
 */
visited_by: Array<RecordId>, 
/**
 * Who came along.
 */
companions: Array<string>, 
/**
 * Why it is entered so late.
 */
late_reason: string | null, };

export type Nothing = Record<symbol, never>;

export type OfPart = { 
/**
 * The part.
 */
part: RecordId, };

export type OfPerson = { 
/**
 * The person.
 */
subject: RecordId, };

export type OfRecord = { 
/**
 * Which.
 */
record: RecordRef, };

export type OfVisit = { 
/**
 * The visit.
 */
visit: RecordId, };

export type Origin = "asked" | "prefilled" | "confirmed_unchanged";

export type PageView = { 
/**
 * The section's path; empty for questions that stand in none.
 */
section: string, 
/**
 * The section's name.
 */
label: string, 
/**
 * Whether the page applies now.
 */
relevant: boolean, 
/**
 * Whether it is a matter of safety, to be looked at every time.
 */
safety: boolean, 
/**
 * 和上次比, if the section has it and there was a last visit.
 */
compare: CompareView | null, 
/**
 * How many of `total` are answered.
 */
answered: number, 
/**
 * How many questions of the page have to be answered now.
 */
total: number, 
/**
 * Groups and questions in order, those included that do not apply now.
 */
questions: Array<QuestionView>, };

export type PartPage = { 
/**
 * Whose.
 */
name: string, 
/**
 * In brief.
 */
brief: PastVisit, 
/**
 * When, as an interval.
 */
happened: Happened | null, 
/**
 * 补记: entered on a later day than the visit.
 */
late: boolean, 
/**
 * Why, as far as it was said.
 */
late_reason: string | null, 
/**
 * Answers in the order of the form; those that no form here knows come last.
 */
answers: Array<PastAnswer>, 
/**
 * What the screen has seen of the part.
 */
seen: Vector, 
/**
 * What the screen has seen of the visit.
 */
visit_seen: Vector, 
/**
 * What a reviewer asks about an answer, and nobody has answered yet: the field, and the question.
 */
asks: Array<[string, Problem]>, 
/**
 * 填写不一致.
 */
contested: Array<ContestedField>, 
/**
 * Whether it was entered on this phone, where its author may amend it.
 */
own: boolean, };

export type PartView = { 
/**
 * The person.
 */
subject: RecordId, 
/**
 * The name.
 */
name: string, 
/**
 * Who was met.
 */
met: Met | null, 
/**
 * Why nobody was.
 */
reason: NotMet | null, 
/**
 * Where, since when, whom to ring.
 */
reason_words: string | null, 
/**
 * From when a reported change holds.
 */
reason_from: Day | null, 
/**
 * When to come again.
 */
come_again: string | null, 
/**
 * Whether a form is to be filled in.
 */
has_form: boolean, 
/**
 * Found by hand.
 */
found: Array<Found>, 
/**
 * What was said of concerns of earlier visits.
 */
now: Array<[RecordId, ConcernNow]>, };

export type PastAnswer = { 
/**
 * The question.
 */
path: string, 
/**
 * What was asked; empty when no form on this phone has the question.
 */
label: string, 
/**
 * What stands, in words.
 */
words: string, 
/**
 * What stands; several while it is contested.
 */
values: Array<Value>, 
/**
 * Where it came from.
 */
origin: Origin, 
/**
 * What the question takes, to be amended; nothing when no form here has it.
 */
takes: TakesView | null, };

export type PastVisit = { 
/**
 * The part.
 */
part: RecordId, 
/**
 * The visit.
 */
visit: RecordId | null, 
/**
 * The day.
 */
day: Day | null, 
/**
 * How.
 */
way: Way | null, 
/**
 * Who was met.
 */
met: Met | null, 
/**
 * Why nobody was.
 */
reason: NotMet | null, 
/**
 * Where, whom to ring, as it was said.
 */
reason_words: string | null, 
/**
 * From when a reported change holds.
 */
reason_from: Day | null, 
/**
 * 什么时候再来, in the words of whoever went there.
 */
come_again: string | null, 
/**
 * 发现的问题 of that visit: of a past visit only what was not fine is shown in a list.
 */
found: Array<Found>, 
/**
 * The township's word on a reported change (情况变了).
 */
change: ChangeView | null, 
/**
 * Who visited, by name.
 */
by: Array<string>, 
/**
 * 同行人: who came along.
 */
companions: Array<string>, 
/**
 * 代记: who wrote it down without having been there.
 */
recorded_by: string | null, 
/**
 * Who made another visit that the county holds for one and the same going-there: of each such visit the names;
 * none where it is not on this phone.
 */
one_with: Array<Array<string>>, 
/**
 * Whether it was made void.
 */
void: boolean, };

export type PeopleAsked = { 
/**
 * Of one village.
 */
village: AreaCode | null, 
/**
 * Of one group of that village.
 */
group: string | null, 
/**
 * Of one household.
 */
household: RecordId | null, 
/**
 * Only those who are listed so.
 */
listed_as: ListedAs | null, 
/**
 * How many rows are passed over.
 */
offset: number, 
/**
 * How many rows at most.
 */
count: number | null, };

export type PersonItem = { 
/**
 * The person.
 */
subject: RecordId, 
/**
 * The name, masked for a child.
 */
name: string, 
/**
 * What neighbours call them; not of a child, but on their own page.
 */
nickname: string | null, 
/**
 * Sex, as registered.
 */
sex: string | null, 
/**
 * Age in years.
 */
age: number | null, 
/**
 * The county's own number, of whoever has no ID number.
 */
local_number: string | null, 
/**
 * The codes of the categories.
 */
categories: Array<string>, 
/**
 * The village.
 */
village: AreaCode | null, 
/**
 * The village group.
 */
group: string, 
/**
 * The household's record.
 */
household: RecordId | null, 
/**
 * The household's head (户主).
 */
household_head: string, 
/**
 * Whether somebody should go.
 */
due: boolean, 
/**
 * Registered at the door, and waiting for the township.
 */
pending: boolean, 
/**
 * 限制处理: visits are not on the phone, which therefore says nothing of whether somebody went.
 */
restricted: boolean, };

export type PersonView = { 
/**
 * The person in brief; here the names are whole.
 */
item: PersonItem, 
/**
 * What the screen has seen: to be handed back with every correction.
 */
seen: Vector, 
/**
 * The same of the household.
 */
household_seen: Vector, 
/**
 * Date of birth.
 */
born: Day | null, 
/**
 * The ID number, masked but for its ends.
 */
id_number: string | null, 
/**
 * The person's telephone.
 */
phone: string | null, 
/**
 * Who cares for the person, by name.
 */
carer: string | null, 
/**
 * The carer's.
 */
phone_carer: string | null, 
/**
 * That of a parent or child who works elsewhere.
 */
phone_away: string | null, 
/**
 * How to find the house.
 */
directions: string, 
/**
 * The others of the household.
 */
members: Array<PersonItem>, 
/**
 * 要做什么.
 */
duties: Array<DutyView>, 
/**
 * 没办完的事.
 */
concerns: Array<ConcernView>, 
/**
 * What was settled lately, the latest first.
 */
settled: Array<ConcernView>, 
/**
 * How far it is with somebody who was registered at the door.
 */
registration: RegistrationView | null, 
/**
 * Date of death, as the township confirmed it.
 */
died: Day | null, 
/**
 * Since when the person, or the registration, is elsewhere.
 */
moved_out: Day | null, 
/**
 * Where the person is meanwhile.
 */
away: Array<AwayView>, 
/**
 * 历次走访, the newest three.
 */
visits: Array<PastVisit>, 
/**
 * 情况变了, as far as it was only reported since these visits.
 */
reports: Array<PastVisit>, 
/**
 * 填写不一致, of the person and the household.
 */
contested: Array<ContestedField>, };

export type Phase = "fresh" | "begun" | "locked" | "compare" | "open";

export type Problem = { 
/**
 * The stable name of the kind of problem.
 */
code: ProblemCode, 
/**
 * What to do about it.
 */
advice: Advice, 
/**
 * Where and what: filled into the text. Never personal data.
 */
params?: { [key in string]: string }, };

export type ProblemCode = "enrol_code_wrong" | "enrol_code_unknown" | "enrol_code_used" | "enrol_code_expired" | "enrol_code_locked" | "enrol_code_malformed" | "sheet_not_seen" | "sheet_other" | "county_not_proven" | "not_enrolled" | "already_enrolled" | "pin_wrong" | "pin_too_short" | "pin_too_simple" | "recovery_code_wrong" | "recovery_code_used" | "recovery_code_lost" | "unlock_too_soon" | "locked" | "vault_damaged" | "recovery_code_malformed" | "key_store_changed" | "log_in_wrong" | "log_in_too_soon" | "log_in_missing" | "log_in_locked" | "password_first" | "password_weak" | "account_closed" | "account_taken" | "not_for_you" | "not_from_this_page" | "grant_missing" | "decided_already" | "name_malformed" | "person_registered" | "number_registered" | "answer_wrong_type" | "period_closed" | "reviewer_asks" | "answer_outside_constraint" | "answer_missing" | "answer_not_a_choice" | "answer_too_long" | "no_such_question" | "question_not_relevant" | "form_unreadable" | "form_too_new" | "nothing_found" | "visit_without_parts" | "visit_not_open" | "visit_put_away" | "visit_in_the_future" | "visit_too_long_ago" | "visit_dated_ahead" | "not_yours_to_change" | "not_met_without_reason" | "draft_damaged" | "answer_calculated" | "answer_differs" | "answers_misfit" | "origins_misfit" | "unchanged_not_offered" | "unchanged_no_last" | "unchanged_differs" | "unchanged_too_often" | "form_not_json" | "form_too_large" | "form_name_wrong" | "form_name_taken" | "form_part_wrong" | "form_choice_wrong" | "form_name_unknown" | "form_name_ambiguous" | "form_cycle" | "expression_unexpected" | "expression_ends" | "expression_open_quote" | "expression_too_deep" | "expression_too_much" | "function_unknown" | "function_arguments" | "function_needs_name" | "pattern_wrong" | "unreachable" | "too_slow" | "not_the_county" | "county_not_trusted" | "reply_damaged" | "county_busy" | "county_full" | "request_too_large" | "request_damaged" | "request_too_new" | "request_too_old" | "signature_wrong" | "device_unknown" | "device_retired" | "device_revoked" | "exchange_number_old" | "waits_for_earlier" | "waits_for_subject" | "waits_for_form" | "outside_area" | "time_not_counted" | "not_permitted" | "offered_after_restore" | "item_undecodable" | "item_not_handled" | "chain_broken" | "not_adopted" | "decided_before" | "device_was_revoked" | "disk_full" | "file_not_saved" | "database_damaged" | "database_newer" | "database_missing" | "key_file_missing" | "keys_misfit" | "key_file_damaged" | "county_database_damaged" | "backup_unreadable" | "data_in_use" | "not_empty" | "argument_wrong" | "nothing_to_change" | "right_missing" | "server_full" | "folder_not_writable" | "port_in_use" | "config_wrong" | "not_from_here" | "internal";

export type Progress = { 
/**
 * Items that the county has taken in since it began.
 */
sent: number, 
/**
 * Items that waited when it began.
 */
of: number, 
/**
 * Bytes sent and received, without HTTP's own.
 */
bytes: number, 
/**
 * Why nothing is being sent just now, while it waits to try again.
 */
held_up: Problem | null, };

export type ProofView = { 
/**
 * The receipt's digits.
 */
receipt: string | null, 
/**
 * What the county said, word for word, with its signature: JSON.
 */
proof: string, 
/**
 * The county's public key, by which it is proved.
 */
county_key: string, };

export type QuestionState = { 
/**
 * Its path.
 */
path: string, 
/**
 * Its answer; kept when it is not relevant.
 */
value: Value, 
/**
 * Where the answer came from.
 */
origin: Origin, 
/**
 * Whether it is shown and counts.
 */
relevant: boolean, 
/**
 * Whether it must be answered.
 */
required: boolean, 
/**
 * What is wrong with its answer now, after another one changed.
 */
problem: Problem | null, };

export type QuestionView = { 
/**
 * Its path, under which it is answered.
 */
path: string, 
/**
 * What it is; a group is a heading over what is deeper.
 */
kind: Kind, 
/**
 * How deep it stands in the page, from 0.
 */
depth: number, 
/**
 * What it asks.
 */
label: string, 
/**
 * More words, shown smaller.
 */
hint: string, 
/**
 * The choices, in order.
 */
choices: Array<ChoiceView>, 
/**
 * The answer.
 */
value: Value, 
/**
 * Where the answer came from.
 */
origin: Origin, 
/**
 * The answer at the last visit.
 */
last: Value, 
/**
 * That answer in words.
 */
last_words: string, 
/**
 * Whether it applies now.
 */
relevant: boolean, 
/**
 * Whether it must be answered.
 */
required: boolean, 
/**
 * Whether the form works it out, so that it is only shown.
 */
worked_out: boolean, 
/**
 * The longest text, in characters.
 */
max_length: number | null, 
/**
 * What is wrong with the answer, in a sentence.
 */
problem: string | null, };

export type RaiseConcern = { 
/**
 * At whose.
 */
subject: RecordId, 
/**
 * What kind.
 */
kind: ConcernKind, 
/**
 * In words.
 */
words: string, };

export type RecordId = string;

export type RecordItem = { 
/**
 * The visit.
 */
visit: RecordId, 
/**
 * Its place in the list.
 */
place: RecordPlace, 
/**
 * The household's head (户主), or the place.
 */
title: string, 
/**
 * When the visit was.
 */
happened: Happened | null, 
/**
 * How people were met; whoever only reported a change went nowhere.
 */
way: Way | null, 
/**
 * The people, by name as lists show it, with who was met and the part.
 */
people: Array<[RecordId, string, Met | null, RecordId]>, 
/**
 * The township's word on each change that a part of it reports (情况变了).
 */
changes: Array<[RecordId, ChangeView]>, 
/**
 * What became of it.
 */
state: RecordState, 
/**
 * The same in words.
 */
state_zh: string, 
/**
 * The receipt's digits: 1123 0457 5.
 */
receipt: string | null, 
/**
 * When the county had it, by the county's clock.
 */
received_ms: number | null, 
/**
 * Why, and what to do; or what the county asks.
 */
problems: Array<Problem>, 
/**
 * Where it was written down, if that was asked for.
 */
location: LocationView | null, 
/**
 * When it was entered.
 */
entered_ms: number, 
/**
 * 补记: entered on a later day than the visit.
 */
late: boolean, 
/**
 * 作废: why the county made it void.
 */
void: string | null, 
/**
 * Its content has left this phone: the household is another worker's now.
 */
gone: boolean, };

export type RecordKind = "area" | "staff" | "assignment" | "duty" | "household" | "person" | "child_file" | "visit" | "part" | "concern" | "form" | "form_assignment" | "grant" | "closing" | "urgent" | "decision" | "closing_figures" | "settings" | "erasure";

export type RecordPlace = [number, WriterId, number];

export type RecordRef = { 
/**
 * What kind of record.
 */
kind: RecordKind, 
/**
 * Which one.
 */
id: RecordId, };

export type RecordState = "waiting" | "received" | "please_add" | "contested" | "not_taken";

export type RecordsAsked = { 
/**
 * Which.
 */
filter: RecordsFilter, 
/**
 * Only visits to whom this finds, as in 名单, or at a place that is called so; all while it is empty.
 */
typed: string, 
/**
 * The place of the last row of the page before.
 */
before: RecordPlace | null, 
/**
 * How many at most.
 */
count: number | null, };

export type RecordsFilter = "all" | "waiting" | "attention";

export type RegisterPerson = { 
/**
 * The name; empty while only the nickname is known.
 */
name: string, 
/**
 * What neighbours call them.
 */
nickname: string | null, 
/**
 * The village.
 */
village: AreaCode, 
/**
 * The household, when it is on the phone.
 */
household: RecordId | null, 
/**
 * GB/T 2261.1: `1` male, `2` female.
 */
sex: string | null, 
/**
 * Date of birth.
 */
born: Day | null, 
/**
 * Of whom no date of birth is known: a child or an adult.
 */
age_said: AgeSaid | null, 
/**
 * The ID number, where somebody has the card at hand; it tells birth and sex too.
 */
id_number: string | null, 
/**
 * Telephone.
 */
phone: string | null, 
/**
 * Pinyin by hand, for characters that have none.
 */
pinyin: string | null, 
/**
 * It is not who has this name there already, but somebody else.
 */
another: boolean, };

export type Registration = "pending" | "taken" | "not_taken";

export type RegistrationView = { 
/**
 * What it is.
 */
state: Registration, 
/**
 * In the township's words.
 */
words: string | null, };

export type Role = "county_admin" | "county_reviewer" | "approver" | "station_head" | "child_supervisor" | "assistance_clerk" | "assistance_officer" | "child_director" | "auditor" | "reader";

export type RoleView = { 
/**
 * Which.
 */
role: Role, 
/**
 * Where.
 */
area: AreaCode, 
/**
 * Its name.
 */
area_name: string, 
/**
 * From when.
 */
from: Day, 
/**
 * Until when; nothing while it lasts.
 */
until: Day | null, };

export type Room = { 
/**
 * Bytes that are free where the database lies.
 */
free_bytes: number, 
/**
 * So little that its holder should make room.
 */
low: boolean, };

export type SaveWaiting = { 
/**
 * The name.
 */
name: string, };

export type SavedWaiting = { 
/**
 * How many entries it holds.
 */
entries: number, 
/**
 * Where it was laid; nothing where the page has to save it.
 */
place: string | null, 
/**
 * What is to be saved then.
 */
sealed: string | null, };

export type SayConcern = { 
/**
 * The draft.
 */
visit: string, 
/**
 * The person.
 */
subject: RecordId, 
/**
 * The concern.
 */
concern: RecordId, 
/**
 * What is now; nothing takes the word back.
 */
now: ConcernNow | null, };

export type SearchAsked = { 
/**
 * What was typed.
 */
typed: string, 
/**
 * Only those who are listed so.
 */
listed_as: ListedAs | null, 
/**
 * How many rows are passed over.
 */
offset: number, 
/**
 * How many rows at most.
 */
count: number | null, };

export type Section = { 
/**
 * The draft.
 */
visit: string, 
/**
 * The person.
 */
subject: RecordId, 
/**
 * The section's path.
 */
section: string, };

export type SetMet = { 
/**
 * The draft.
 */
visit: string, 
/**
 * The person.
 */
subject: RecordId, 
/**
 * Who was met.
 */
met: Met, 
/**
 * Why nobody was.
 */
reason: NotMet | null, 
/**
 * Where, since when, whom to ring.
 */
reason_words: string | null, 
/**
 * From when a reported change holds.
 */
reason_from: Day | null, 
/**
 * When to come again.
 */
come_again: string | null, };

export type SetVisit = { 
/**
 * The draft.
 */
visit: string, 
/**
 * How people were met.
 */
way: Way | null, 
/**
 * When.
 */
happened: When | null, 
/**
 * Who visited, the author included.
 */
visited_by: Array<RecordId> | null, 
/**
 * Who came along (同行人).
 */
companions: Array<string> | null, 
/**
 * Why it is entered so late; empty takes it back.
 */
late_reason: string | null, 
/**
 * Where it is written down.
 */
location: Where | null, };

export type Settle = { 
/**
 * The record.
 */
record: RecordRef, 
/**
 * The field.
 */
key: string, 
/**
 * The value that is to stand.
 */
value: Value, 
/**
 * What the screen had seen.
 */
seen: Vector, };

export type SheetPicture = { 
/**
 * Pixels from left to right.
 */
width: number, 
/**
 * Pixels from top to bottom.
 */
height: number, 
/**
 * One character a pixel, row by row: `0` is black, each next one in ASCII is brighter, `o` (63 on) is
 * white. A code is black and white: 64 greys show it, in three quarters of what base64 would take.
 */
grey: string, };

export type SheetRead = { 
/**
 * The county's 12-digit code.
 */
county: string, 
/**
 * 启用码: 16 digits, its check digit fits.
 */
code: string, };

export type Side = { 
/**
 * The value.
 */
value: Value, 
/**
 * Who wrote it.
 */
author: RecordId, 
/**
 * By name, where it is known.
 */
author_name: string, 
/**
 * When, as far as clocks can tell.
 */
at_ms: number, };

export type Speak = { 
/**
 * Which.
 */
language: Language, };

export type StartVisit = { 
/**
 * The household; that of the first person when neither this nor a place is named.
 */
household: RecordId | null, 
/**
 * The place, when it is not at a home.
 */
place: string | null, 
/**
 * 这次见到了谁: each with who was met.
 */
subjects: Array<Chosen>, 
/**
 * 怎么见的; 上门 unless said, 在别处见面 at a place.
 */
way: Way | null, 
/**
 * When; now unless said.
 */
happened: When | null, };

export type SyncReport = { 
/**
 * Requests that were answered.
 */
exchanges: number, 
/**
 * Items that were sent.
 */
sent: number, 
/**
 * Items still on the phone.
 */
waiting: number, 
/**
 * Records that came.
 */
fetched: number, 
/**
 * Whether, after the last page, every feed was what the county has, by its digest; `None` while
 * the county has not said.
 */
alike: boolean | null, 
/**
 * Bytes sent and received, without HTTP's own.
 */
bytes: number, 
/**
 * What stopped it, if something did. The work is on the phone in every case.
 */
problem: Problem | null, };

export type TakesView = { 
/**
 * What it is.
 */
kind: Kind, 
/**
 * The choices, in order.
 */
choices: Array<ChoiceView>, 
/**
 * The longest text, in characters.
 */
max_length: number | null, };

export type Tidied = { 
/**
 * Call again.
 */
more: boolean, };

export type TodayAsked = { 
/**
 * How the list is ordered.
 */
order: TodayOrder, 
/**
 * How many rows are passed over.
 */
offset: number, 
/**
 * How many rows at most; 50 unless said.
 */
count: number | null, };

export type TodayOrder = "time" | "group";

export type TodayView = { 
/**
 * The holder's name.
 */
staff_name: string, 
/**
 * The day.
 */
day: Day, 
/**
 * 应走访, each person once.
 */
due: number, 
/**
 * 已走访: whom no duty of the present periods asks for any more.
 */
met: number, 
/**
 * Visits of which the county does not have everything yet.
 */
waiting: number, 
/**
 * Corrections, registrations and reports that wait, while no visit does.
 */
waiting_other: number, 
/**
 * When the oldest of these visits was made.
 */
waiting_since_ms: number | null, 
/**
 * Unfinished visits.
 */
drafts: number, 
/**
 * Own visits that the county asks to supplement (请您补充).
 */
asked: number, 
/**
 * The worker has no village now; not before the county was heard.
 */
no_village: boolean, 
/**
 * When the county was last heard, by its own clock; nothing when never.
 */
heard_ms: number | null, 
/**
 * Rows there are in all.
 */
total: number, 
/**
 * The rows asked for.
 */
people: Array<DueItem>, };

export type Township = { 
/**
 * Which.
 */
area: AreaCode, 
/**
 * Its name.
 */
name: string, };

export type TypedCode = { 
/**
 * Which.
 */
kind: CodeKind, 
/**
 * What was typed; spaces do not matter.
 */
code: string, };

export type Unlock = { 
/**
 * The PIN.
 */
pin: string, };

export type UnlockRecovery = { 
/**
 * 20 digits.
 */
code: string, 
/**
 * The PIN from now on.
 */
new_pin: string, };

export type UrgentCall = { 
/**
 * The report.
 */
report: RecordId, 
/**
 * To whom and when.
 */
words: string, };

export type UrgentReport = { 
/**
 * The person, when they are on the list.
 */
subject: RecordId | null, 
/**
 * Who, in words.
 */
who: string | null, 
/**
 * Where.
 */
place: string | null, 
/**
 * What was seen.
 */
words: string | null, 
/**
 * 已打电话: to whom and when.
 */
called: string | null, 
/**
 * The village or township. Unless said, that of the person on the list, else the one in which the worker works; of
 * several nothing is said, and all of them have the report.
 */
village: AreaCode | null, };

export type UrgentView = { 
/**
 * The report.
 */
report: RecordId, 
/**
 * When it was written.
 */
at_ms: number, 
/**
 * Who it is about.
 */
who: string | null, 
/**
 * Where.
 */
place: string | null, 
/**
 * What was seen.
 */
words: string | null, 
/**
 * Calls that were made: to whom and when.
 */
calls: Array<string>, 
/**
 * Whether the county has it, by its signed word.
 */
received: boolean, 
/**
 * Whether something that was added to it is on this phone only.
 */
waiting: boolean, 
/**
 * Who has read it at the county, and when by the county's clock.
 */
read: Array<[string, number]>, };

export type Value = null | boolean | number | string | Array<string>;

export type Vector = { [key in WriterId]: number };

export type VisitView = { 
/**
 * Its name on this phone.
 */
visit: string, 
/**
 * The household.
 */
household: RecordId | null, 
/**
 * The household's head (户主), or the place.
 */
title: string, 
/**
 * How people were met.
 */
way: Way, 
/**
 * When.
 */
happened: Happened, 
/**
 * Who visited, when not the author alone.
 */
visited_by: Array<RecordId>, 
/**
 * Who came along.
 */
companions: Array<string>, 
/**
 * Why it is entered so late.
 */
late_reason: string | null, 
/**
 * Where it was written down, if that was asked for.
 */
location: LocationView | null, 
/**
 * The people.
 */
parts: Array<PartView>, 
/**
 * Members of the household who are not in the visit yet.
 */
others: Array<[RecordId, string]>, };

export type Way = "home" | "elsewhere" | "phone" | "video" | "report";

export type When = "now" | { "morning": Day } | { "afternoon": Day } | { "day": Day } | { "exactly": Happened };

export type Where = { "here": { 
/**
 * Degrees north.
 */
latitude: number, 
/**
 * Degrees east.
 */
longitude: number, 
/**
 * Metres within which it is.
 */
accuracy_m: number, 
/**
 * When it was measured.
 */
at_ms: number, } } | "unsaid";

export type Why = { "overdue": { 
/**
 * Days.
 */
days: number, } } | { "missed_last": { 
/**
 * Months of the period.
 */
months: number, } } | { "not_yet": { 
/**
 * Months of the period.
 */
months: number, } } | { "due_on": { 
/**
 * When.
 */
day: Day, } } | "tried" | "restricted";

export type WriterId = string;

export type Written = { 
/**
 * The record.
 */
record: RecordRef, 
/**
 * Whether anything was written: what is so already is not written again.
 */
changed: boolean, };

/** Every command with what it is asked and what it answers. */
export interface Commands {
  status: { args: Nothing; reply: LockStatus }
  check_code: { args: TypedCode; reply: Nothing }
  read_sheet: { args: SheetPicture; reply: SheetRead }
  enrol_begin: { args: EnrolBegin; reply: EnrolPost }
  enrol_finish: { args: EnrolFinish; reply: EnrolDone }
  enrol_compared: { args: Nothing; reply: Nothing }
  unlock: { args: Unlock; reply: LockStatus }
  unlock_recovery: { args: UnlockRecovery; reply: LockStatus }
  change_pin: { args: ChangePin; reply: Nothing }
  lock: { args: Nothing; reply: LockStatus }
  today_list: { args: TodayAsked; reply: TodayView }
  tidy: { args: Nothing; reply: Tidied }
  people: { args: PeopleAsked; reply: Array<PersonItem> }
  groups: { args: Nothing; reply: Array<GroupItem> }
  search: { args: SearchAsked; reply: Array<PersonItem> }
  person: { args: OfPerson; reply: PersonView }
  history: { args: HistoryAsked; reply: Array<PastVisit> }
  part: { args: OfPart; reply: PartPage }
  concerns: { args: OfPerson; reply: Array<ConcernView> }
  raise_concern: { args: RaiseConcern; reply: Written }
  news: { args: Nothing; reply: Array<NewsItem> }
  start_visit: { args: StartVisit; reply: VisitView }
  visit: { args: DraftName; reply: VisitView }
  set_visit: { args: SetVisit; reply: VisitView }
  set_met: { args: SetMet; reply: VisitView }
  leave_out: { args: DraftSubject; reply: VisitView }
  add_found: { args: AddFound; reply: VisitView }
  drop_found: { args: AddFound; reply: VisitView }
  say_concern: { args: SayConcern; reply: VisitView }
  form: { args: DraftSubject; reply: FormView }
  answer: { args: Answer; reply: FormDelta }
  unchanged: { args: Section; reply: FormDelta }
  take_back_unchanged: { args: Section; reply: FormDelta }
  gaps: { args: DraftName; reply: Array<Gap> }
  finish: { args: DraftName; reply: FinishReply }
  not_met: { args: NotMetVisit; reply: FinishReply }
  report_change: { args: ChangeReport; reply: FinishReply }
  colleagues: { args: Nothing; reply: Array<Colleague> }
  helpers: { args: Nothing; reply: Helping }
  drafts: { args: Nothing; reply: Array<DraftItem> }
  discard_draft: { args: DraftName; reply: Nothing }
  restore_draft: { args: DraftName; reply: Nothing }
  amend: { args: Amend; reply: Written }
  amend_time: { args: AmendTime; reply: Written }
  explain: { args: Explain; reply: Written }
  correct_contact: { args: CorrectContact; reply: Written }
  register_person: { args: RegisterPerson; reply: Written }
  age_told: { args: AgeTold; reply: AgeKept }
  contested: { args: OfRecord; reply: Array<ContestedField> }
  settle: { args: Settle; reply: Written }
  urgent: { args: UrgentReport; reply: Written }
  urgent_call: { args: UrgentCall; reply: Written }
  urgent_reports: { args: Nothing; reply: Array<UrgentView> }
  urgent_locked_reports: { args: Nothing; reply: LockedReports }
  records: { args: RecordsAsked; reply: Array<RecordItem> }
  record: { args: OfVisit; reply: RecordItem }
  proof: { args: OfVisit; reply: ProofView }
  me: { args: Nothing; reply: MeView }
  speak: { args: Speak; reply: Nothing }
  enrol: { args: Enrol; reply: EnrolDone }
  exchange: { args: Nothing; reply: SyncReport }
  sending: { args: Nothing; reply: Progress }
  stop_sending: { args: Nothing; reply: Nothing }
  save_waiting: { args: SaveWaiting; reply: SavedWaiting }
  send_urgent: { args: Nothing; reply: LockedReports }
}
