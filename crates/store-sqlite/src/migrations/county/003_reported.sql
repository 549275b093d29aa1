-- Parts that report a change, for the township's list of them: few of many.

CREATE INDEX parts_reported ON parts (county, part) WHERE kind >= '!' AND kind < '"';
