-- GraphQL documents that the operator added, by the SHA-256 of their text. They are settings of the service, not
-- data of the plan: they stand beside the revisions, and adding or removing one makes none.
-- Number 0004: 0002 holds editions, 0003 names; the three are independent.
CREATE TABLE stored_document (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL, -- microseconds since 1970, UTC
    added_by TEXT COLLATE "C" NOT NULL
);
