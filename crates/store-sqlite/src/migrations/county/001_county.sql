-- The county's ledger and all that follows from it.
CREATE TABLE county (
    -- The county's division code.
    county INTEGER NOT NULL PRIMARY KEY
) STRICT;
