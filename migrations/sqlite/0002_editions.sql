-- Editions: named revisions, closed for good. An edition's row stands alone in the revision that closed it, the one
-- after the revision it names; who closed it and when is said there.
CREATE TABLE edition (
    code TEXT NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL REFERENCES revision (number),
    cadence TEXT NOT NULL,
    cutoff TEXT NOT NULL, -- YYYY-MM-DD
    sample INTEGER NOT NULL, -- 1 where the revision holds made-up rows, else 0
    public_key TEXT, -- Ed25519, hexadecimal, as the signature
    signature TEXT,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX edition_begun ON edition (rev_from);
CREATE UNIQUE INDEX edition_revision ON edition (revision);
CREATE INDEX edition_ended ON edition (rev_to) WHERE rev_to < 2147483647;
