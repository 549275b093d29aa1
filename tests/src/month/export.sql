-- The county as plain tables. Days are texts, 2026-11-03; an end is the first day no more; nothing is no end.
CREATE TABLE person (
    id TEXT PRIMARY KEY, village INTEGER, died TEXT, moved_out TEXT, refused TEXT, pending INTEGER, merged INTEGER
);
-- Until that day the person lived in that village.
CREATE TABLE moved (person TEXT, day TEXT, village INTEGER);
CREATE TABLE member (person TEXT, code TEXT, start TEXT, until TEXT);
CREATE TABLE away (person TEXT, kind TEXT, start TEXT, until TEXT);
CREATE TABLE decided (person TEXT, part TEXT);
-- People's shares of visits that are not void.
CREATE TABLE part (
    id TEXT PRIMARY KEY, person TEXT, day TEXT, way TEXT, met TEXT, reason TEXT, visitors INTEGER, by TEXT
);
CREATE INDEX part_person ON part (person, day);
CREATE TABLE rule (
    id TEXT PRIMARY KEY, duty TEXT, start TEXT, until TEXT, cadence TEXT, cut TEXT, kind TEXT,
    visitors INTEGER, enrolled INTEGER
);
-- What a rule lists: category, way, met, role.
CREATE TABLE rule_list (rule TEXT, what TEXT, code TEXT);
CREATE INDEX rule_lists ON rule_list (rule, what, code);
CREATE TABLE area (code INTEGER PRIMARY KEY, parent INTEGER, name TEXT);
CREATE TABLE post (staff TEXT, role TEXT, area INTEGER, start TEXT, until TEXT);
-- The phones that were in use or lost on the day asked for, not those that were handed back.
CREATE TABLE phone (staff TEXT, enrolled TEXT);
CREATE TABLE heard (staff TEXT, day TEXT);
