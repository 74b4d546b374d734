-- Outlines as they are drawn: measured, and simplified to each level of detail together with those beside them, by the
-- revision that brings them, so that no server has to. They follow from the rows of footprints: no digest covers them,
-- verify makes them again and compares.
CREATE TABLE drawing (
    kind TEXT COLLATE "C" NOT NULL, -- of the places
    last_day TEXT COLLATE "C" NOT NULL, -- YYYY-MM-DD on which all of them are in force; empty: ever after
    metres BIGINT NOT NULL, -- tolerance; 0: the measures of the undiminished outlines
    outlines TEXT COLLATE "C" NOT NULL, -- SHA-256 of what it is made from
    body BYTEA NOT NULL,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    PRIMARY KEY (kind, last_day, metres, rev_from)
);
