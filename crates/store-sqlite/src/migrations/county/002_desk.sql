-- The desk: accounts, sessions, and who looked at what.

CREATE TABLE accounts (
    county INTEGER NOT NULL,
    staff BLOB NOT NULL,
    login TEXT NOT NULL,
    -- The stretched password, as `seal` writes it.
    password TEXT NOT NULL,
    -- 1 when the password was given by somebody else.
    first INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    made_ms INTEGER NOT NULL,
    PRIMARY KEY (county, staff),
    UNIQUE (county, login)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    county INTEGER NOT NULL,
    -- The hash of the token.
    token BLOB NOT NULL,
    staff BLOB NOT NULL,
    begun_ms INTEGER NOT NULL,
    PRIMARY KEY (county, token)
) STRICT, WITHOUT ROWID;

-- Written before what it tells of is answered; never removed.
CREATE TABLE accesses (
    number INTEGER NOT NULL PRIMARY KEY,
    county INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    staff BLOB NOT NULL,
    act TEXT NOT NULL,
    -- The record, when it was of one.
    kind INTEGER,
    record BLOB,
    -- The grant.
    allowed_by BLOB,
    reason TEXT NOT NULL
) STRICT;

CREATE INDEX accesses_county ON accesses (county, number);
