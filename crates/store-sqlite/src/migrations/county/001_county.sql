-- What a county remembers. Sequences are those of its ledger; days are days since 1970-01-01 (local);
-- times are Unix milliseconds; ids of writers and devices are 64 bits, kept as signed numbers;
-- packed columns are described in the crate's codec.

CREATE TABLE counties (
    -- The county's short name in all other tables; the first is 0, which takes no room.
    number INTEGER NOT NULL PRIMARY KEY,
    -- The 12-digit division code.
    code INTEGER NOT NULL UNIQUE,
    -- Its writer now.
    epoch INTEGER NOT NULL,
    -- The last sequence given out, and the hash of the ledger there.
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    -- The day on which receipts are being numbered, and the last number.
    receipt_day INTEGER NOT NULL,
    receipt_number INTEGER NOT NULL,
    -- Periods that end before this day have no figures.
    begins INTEGER NOT NULL,
    -- Standings exist for periods that begin before this day.
    horizon INTEGER NOT NULL
) STRICT;

CREATE TABLE epochs (
    number INTEGER NOT NULL PRIMARY KEY,
    county INTEGER NOT NULL,
    -- A writer the county had, and the last sequence of its time.
    writer INTEGER NOT NULL,
    until_seq INTEGER NOT NULL
) STRICT;

-- Every entry that was ever authenticated, in the order of arrival. Appended to; never deleted from.
CREATE TABLE ledger (
    -- The county's number × 2^40 + the sequence.
    place INTEGER NOT NULL PRIMARY KEY,
    county INTEGER NOT NULL,
    -- Its place in its log. Two rows have the same place where a log forked.
    writer INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    -- The record's kind; NULL when the entry could not be read.
    kind INTEGER,
    -- The record's id; NULL when it is derived from writer and serial, as that of a new record is.
    record BLOB,
    state INTEGER NOT NULL,
    -- Under which sequence the phone is told of its state; NULL when there is nothing to tell.
    told INTEGER,
    -- The receipt of a visit.
    receipt_day INTEGER,
    receipt_number INTEGER,
    arrived_ms INTEGER NOT NULL,
    -- Which device brought it; NULL for the county's own.
    device INTEGER,
    -- Of the entry, and of the ledger with it.
    hash BLOB NOT NULL,
    ledger_hash BLOB NOT NULL,
    -- Why, as JSON: one problem; a list of questions to the worker.
    problem TEXT,
    questions TEXT,
    -- Packed; as it came when it could not be read.
    entry BLOB NOT NULL
) STRICT;

CREATE INDEX ledger_log ON ledger (county, writer, serial);
CREATE INDEX ledger_record ON ledger (county, kind, record) WHERE record IS NOT NULL;
CREATE INDEX ledger_told ON ledger (county, writer, told) WHERE told IS NOT NULL;
CREATE INDEX ledger_receipt ON ledger (county, receipt_day, receipt_number) WHERE receipt_day IS NOT NULL;

-- Rows of the ledger that wait for something. Small: what is taken in leaves it.
CREATE TABLE waiting (
    place INTEGER NOT NULL PRIMARY KEY,
    county INTEGER NOT NULL,
    writer INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    -- The entry's record; NULL when it could not be read.
    kind INTEGER,
    record BLOB,
    -- 0 an earlier entry of its log, 1 an earlier entry of its record and writer, 2 a record,
    -- 3 a form, 4 a reviewer.
    waits_for INTEGER NOT NULL,
    -- The record's kind; the record's id or the form's hash.
    needed_kind INTEGER,
    needed BLOB
) STRICT;

CREATE INDEX waiting_record ON waiting (county, kind, record);
CREATE INDEX waiting_needed ON waiting (county, needed, needed_kind) WHERE needed IS NOT NULL;
CREATE INDEX waiting_log ON waiting (county, writer, serial);

-- Records as they stand.
CREATE TABLE records (
    county INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    -- The sequence of the one entry that it consists of, from which its head is read; else NULL.
    seq INTEGER,
    -- The head, packed; NULL when seq says it.
    head BLOB,
    -- Its places in feeds, packed.
    places BLOB NOT NULL,
    -- 0: hangs on nobody. 1: on the person in subject. 2: on the person its head names, and parts lists it.
    hangs INTEGER NOT NULL,
    subject BLOB,
    -- 1 when a field is contested.
    contested INTEGER NOT NULL,
    PRIMARY KEY (county, kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX records_subject ON records (county, subject) WHERE subject IS NOT NULL;
CREATE INDEX records_contested ON records (county, kind, id) WHERE contested = 1;

-- One row for each area, audience and record, moved to the end when the record changes.
CREATE TABLE feed (
    county INTEGER NOT NULL,
    area INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    record BLOB NOT NULL,
    -- 1 when the record left the feed.
    gone INTEGER NOT NULL,
    PRIMARY KEY (county, area, audience, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE digests (
    county INTEGER NOT NULL,
    area INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    -- How many records stand in the feed, and the sum of their digests without carry.
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (county, area, audience)
) STRICT, WITHOUT ROWID;

-- What coverage knows of parts, by person.
CREATE TABLE parts (
    county INTEGER NOT NULL,
    subject BLOB NOT NULL,
    -- way/met/visitors, with ! before it when a change is reported; empty when nothing counts.
    kind TEXT NOT NULL,
    -- The day on which it counts; the smallest number when nothing counts.
    day INTEGER NOT NULL,
    part BLOB NOT NULL,
    visit BLOB NOT NULL,
    reason TEXT,
    reason_from INTEGER,
    visited_by BLOB,
    PRIMARY KEY (county, subject, kind, day, part)
) STRICT, WITHOUT ROWID;

-- The same by visit: where each part stands above.
CREATE TABLE visit_parts (
    county INTEGER NOT NULL,
    visit BLOB NOT NULL,
    part BLOB NOT NULL,
    subject BLOB NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (county, visit, part)
) STRICT, WITHOUT ROWID;

-- Which judgement readers see while rules change: of each duty and period the last complete generation
-- that covers it. What is in no generation that covers it is removed. Few rows; the first is 0.
CREATE TABLE generations (
    county INTEGER NOT NULL,
    number INTEGER NOT NULL,
    -- building, sweeping (complete, and what it replaced is being removed), complete, superseded.
    state TEXT NOT NULL,
    -- It covers these duties (a list in JSON) from the period before this day's on; 0 covers everything.
    from_day INTEGER NOT NULL,
    duties TEXT NOT NULL,
    -- The last person who is built or swept.
    done_to BLOB,
    -- Its rules as canonical JSON; NULL when a later one is complete.
    rules TEXT,
    PRIMARY KEY (county, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE standings (
    county INTEGER NOT NULL,
    subject BLOB NOT NULL,
    -- The first day after the period.
    until INTEGER NOT NULL,
    duty TEXT NOT NULL,
    period TEXT NOT NULL,
    generation INTEGER NOT NULL,
    -- Packed.
    standing BLOB NOT NULL,
    PRIMARY KEY (county, subject, until, duty, period, generation)
) STRICT, WITHOUT ROWID;

-- In which villages a standing stands on some day: for lists.
CREATE TABLE standing_areas (
    county INTEGER NOT NULL,
    duty TEXT NOT NULL,
    period TEXT NOT NULL,
    generation INTEGER NOT NULL,
    area INTEGER NOT NULL,
    subject BLOB NOT NULL,
    PRIMARY KEY (county, duty, period, generation, area, subject)
) STRICT, WITHOUT ROWID;

-- Sums of steps. The figures of a duty, period and category lie together, one row a village.
CREATE TABLE tally (
    county INTEGER NOT NULL,
    duty TEXT NOT NULL,
    period TEXT NOT NULL,
    generation INTEGER NOT NULL,
    category TEXT NOT NULL,
    area INTEGER NOT NULL,
    -- Differences by day and status, packed.
    sums BLOB NOT NULL,
    PRIMARY KEY (county, duty, period, generation, category, area)
) STRICT, WITHOUT ROWID;

CREATE TABLE writers (
    county INTEGER NOT NULL,
    writer INTEGER NOT NULL,
    -- Whose log it is; NULL for the county's own.
    device INTEGER,
    -- How far it is held.
    serial INTEGER NOT NULL,
    hash BLOB NOT NULL,
    -- The first serial at which it forked; 0 while it has not.
    forked_at INTEGER NOT NULL,
    PRIMARY KEY (county, writer)
) STRICT, WITHOUT ROWID;

-- What changes with every exchange of a device.
CREATE TABLE devices (
    county INTEGER NOT NULL,
    device INTEGER NOT NULL,
    staff BLOB NOT NULL,
    -- 0 active, 1 retired, 2 revoked.
    state INTEGER NOT NULL,
    -- The highest exchange number taken.
    number INTEGER NOT NULL,
    app TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    heard_ms INTEGER NOT NULL,
    -- Its logs, packed.
    writers BLOB NOT NULL,
    PRIMARY KEY (county, device)
) STRICT, WITHOUT ROWID;

-- What was settled when a device was enrolled.
CREATE TABLE enrolments (
    county INTEGER NOT NULL,
    device INTEGER NOT NULL,
    -- Its public key.
    key BLOB NOT NULL,
    certificate TEXT NOT NULL,
    -- Its recovery code, sealed by the county's keys.
    recovery BLOB NOT NULL,
    enrolled_ms INTEGER NOT NULL,
    PRIMARY KEY (county, device)
) STRICT, WITHOUT ROWID;

-- From which day on a device had another state than active: figures of the past stay as they were.
CREATE TABLE device_states (
    county INTEGER NOT NULL,
    device INTEGER NOT NULL,
    day INTEGER NOT NULL,
    -- As in `devices`.
    state INTEGER NOT NULL,
    PRIMARY KEY (county, device, day)
) STRICT, WITHOUT ROWID;

-- On which days a phone of a member of staff was heard.
CREATE TABLE heard (
    county INTEGER NOT NULL,
    staff BLOB NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (county, staff, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE codes (
    county INTEGER NOT NULL,
    -- The public part.
    lookup TEXT NOT NULL,
    -- What proves the secret part, sealed by the county's keys.
    sealed BLOB NOT NULL,
    staff BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    tries_left INTEGER NOT NULL,
    -- 0 open, 1 used, 2 cancelled.
    state INTEGER NOT NULL,
    -- The device it became.
    device INTEGER,
    PRIMARY KEY (county, lookup)
) STRICT, WITHOUT ROWID;
