-- Editions: named revisions, closed for good. An edition's row stands alone in the revision that closed it, the one
-- after the revision it names; who closed it and when is said there.
CREATE TABLE edition (
    code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL REFERENCES revision (number),
    cadence TEXT COLLATE "C" NOT NULL,
    cutoff TEXT COLLATE "C" NOT NULL, -- YYYY-MM-DD
    sample BIGINT NOT NULL, -- 1 where the revision holds made-up rows, else 0
    public_key TEXT COLLATE "C", -- Ed25519, hexadecimal, as the signature
    signature TEXT COLLATE "C",
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL
);
CREATE UNIQUE INDEX edition_begun ON edition (rev_from);
CREATE UNIQUE INDEX edition_revision ON edition (revision);
CREATE INDEX edition_ended ON edition (rev_to) WHERE rev_to < 2147483647;
