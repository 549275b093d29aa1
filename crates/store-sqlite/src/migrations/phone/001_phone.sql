-- What a phone remembers. Writers are 64 bits with the highest turned over, so that they sort as they
-- are; days are days since 1970-01-01 (local), -2147483648 for none; times are Unix milliseconds;
-- packed columns are described in the crate's codec.

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE writers (
    writer INTEGER NOT NULL PRIMARY KEY,
    urgent INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    -- The last entry, and how much the county has signed for.
    last INTEGER NOT NULL,
    hash BLOB NOT NULL,
    delivered INTEGER NOT NULL
) STRICT;

-- The phone's own entries, appended to; a body goes only by erasure.
CREATE TABLE log (
    place INTEGER NOT NULL PRIMARY KEY,
    writer INTEGER NOT NULL,
    serial INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    record BLOB NOT NULL,
    -- When it was made, as far as clocks can tell.
    at_ms INTEGER NOT NULL,
    -- Whether it created its record.
    creates INTEGER NOT NULL,
    hash BLOB NOT NULL,
    -- Packed.
    entry BLOB NOT NULL,
    -- What the county said: a state, and a problem as JSON.
    state INTEGER,
    problem TEXT,
    receipt_day INTEGER,
    receipt_number INTEGER,
    proof INTEGER,
    visit BLOB,
    draft TEXT,
    UNIQUE (writer, serial)
) STRICT;

CREATE INDEX log_record ON log (kind, record);
CREATE INDEX log_visit ON log (visit, writer, serial) WHERE visit IS NOT NULL;
CREATE INDEX log_attention ON log (visit) WHERE problem IS NOT NULL OR state > 0;
CREATE INDEX log_draft ON log (draft) WHERE draft IS NOT NULL;
-- Kind 8 is a visit.
CREATE INDEX log_visits ON log (at_ms, writer, serial) WHERE creates = 1 AND kind = 8;

CREATE TABLE proofs (
    number INTEGER NOT NULL PRIMARY KEY,
    statement TEXT NOT NULL
) STRICT;

CREATE TABLE records (
    place INTEGER NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    -- Packed heads: the county's, and the phone's own view where it differs.
    county BLOB,
    view BLOB,
    subject BLOB,
    visit BLOB,
    household BLOB,
    village INTEGER,
    day INTEGER NOT NULL,
    UNIQUE (kind, id)
) STRICT;

CREATE INDEX records_subject ON records (subject, kind, day, id) WHERE subject IS NOT NULL;
CREATE INDEX records_visit ON records (visit, kind, day, id) WHERE visit IS NOT NULL;
CREATE INDEX records_household ON records (household, kind, day, id) WHERE household IS NOT NULL;

-- Derived: people as lists and search need them.
CREATE TABLE people (
    place INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    village INTEGER,
    village_group TEXT NOT NULL,
    household BLOB,
    name TEXT NOT NULL,
    keys TEXT NOT NULL
) STRICT;

CREATE INDEX people_place ON people (village, village_group, household, name, id);
CREATE INDEX people_household ON people (household) WHERE household IS NOT NULL;

-- Derived: parts as coverage needs them.
CREATE TABLE facts (
    part BLOB NOT NULL PRIMARY KEY,
    subject BLOB NOT NULL,
    day INTEGER NOT NULL,
    way TEXT NOT NULL,
    in_person INTEGER NOT NULL,
    reports_change INTEGER NOT NULL,
    -- JSON.
    fact TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX facts_subject ON facts (subject, day);
CREATE INDEX facts_way ON facts (subject, way, day, part) WHERE in_person = 1;
CREATE INDEX facts_change ON facts (subject) WHERE reports_change = 1;

CREATE TABLE feeds (
    area INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    position INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (area, audience)
) STRICT, WITHOUT ROWID;

CREATE TABLE members (
    area INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    generation INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (area, audience, kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_record ON members (kind, id);
CREATE INDEX members_generation ON members (area, audience, generation);

-- Persons whose standings are to be judged anew.
CREATE TABLE touched (
    id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE standings (
    subject BLOB NOT NULL,
    duty TEXT NOT NULL,
    period TEXT NOT NULL,
    -- Until which day a missed visit is told; NULL when none was missed.
    missed INTEGER,
    -- Packed.
    standing BLOB NOT NULL,
    PRIMARY KEY (subject, duty, period)
) STRICT, WITHOUT ROWID;

CREATE INDEX standings_missed ON standings (duty, period, missed) WHERE missed IS NOT NULL;

-- Derived from standings: stretches of days on which nothing changes.
CREATE TABLE steps (
    duty TEXT NOT NULL,
    period TEXT NOT NULL,
    subject BLOB NOT NULL,
    from_day INTEGER NOT NULL,
    until_day INTEGER NOT NULL,
    status INTEGER NOT NULL,
    area INTEGER NOT NULL,
    due_on INTEGER NOT NULL,
    PRIMARY KEY (duty, period, subject, from_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
    id TEXT NOT NULL PRIMARY KEY,
    -- JSON, written and read by the client.
    head TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    discarded_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE answers (
    draft TEXT NOT NULL,
    subject BLOB NOT NULL,
    path TEXT NOT NULL,
    -- JSON.
    value TEXT NOT NULL,
    -- One letter.
    origin TEXT NOT NULL,
    PRIMARY KEY (draft, subject, path)
) STRICT, WITHOUT ROWID;

-- Heads out of which a restored county may have to be given back what it lost.
CREATE TABLE recover (
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    -- Packed.
    head BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
