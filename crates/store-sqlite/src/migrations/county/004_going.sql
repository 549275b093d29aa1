-- Visits of two workers that are suggested as one going-there, with whom both met. Few: what was decided on leaves it.

CREATE TABLE suggested (
    county INTEGER NOT NULL,
    subject BLOB NOT NULL,
    -- The smaller id first.
    visit BLOB NOT NULL,
    other BLOB NOT NULL,
    PRIMARY KEY (county, subject, visit, other)
) STRICT, WITHOUT ROWID;

-- What is here already: by the days on which visits count, and by whoever is credited first.
INSERT INTO suggested (county, subject, visit, other)
SELECT DISTINCT one.county, one.subject, one.visit, other.visit
FROM parts AS one JOIN parts AS other
    ON other.county = one.county AND other.subject = one.subject AND other.day = one.day
WHERE one.kind > '' AND other.kind > '' AND one.visit < other.visit AND one.visited_by <> other.visited_by
    AND one.kind NOT LIKE '%/none%' AND other.kind NOT LIKE '%/none%'
    AND one.kind NOT LIKE '%/%/%/%' AND other.kind NOT LIKE '%/%/%/%'
    AND (ltrim(one.kind, '!') LIKE 'phone/%' OR ltrim(one.kind, '!') LIKE 'video/%')
        = (ltrim(other.kind, '!') LIKE 'phone/%' OR ltrim(other.kind, '!') LIKE 'video/%');
