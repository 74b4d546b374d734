-- The database is a sequence of revisions. A row is held by the revisions R with
-- rev_from <= R AND rev_to > R; 2147483647 in rev_to means that nothing has ended it.
-- Rows are never edited: ending one (writing rev_to) is the only UPDATE, and nothing is deleted.
-- Only ended rows are indexed by their end: nearly all rows are live, so an index on that would mislead.
-- The same tables, columns and indexes stand in migrations/sqlite and migrations/postgres.
-- Texts compare by bytes (COLLATE "C"), as on SQLite; whole numbers are all BIGINT.

-- One row for each import.
CREATE TABLE revision (
    number BIGINT NOT NULL PRIMARY KEY,
    committed_at BIGINT NOT NULL, -- microseconds since 1970, UTC
    author TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    previous_digest TEXT COLLATE "C"
);

-- Permanent identities: (kind, code) is what packages write, id what everything else points to.
-- kind is the kind of thing (TASK, ZONE, ...), or the table of a row that nothing can point to.
CREATE TABLE entity (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    UNIQUE (kind, code)
);

-- The packages whose rows are held.
CREATE TABLE package (
    name TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    PRIMARY KEY (name, rev_from)
);
CREATE INDEX package_begun ON package (rev_from);
CREATE INDEX package_ended ON package (rev_to) WHERE rev_to < 2147483647;

-- Rows of every table that is no fact: canonical JSON, and the geometry of a footprint.
CREATE TABLE dimension (
    entity BIGINT NOT NULL REFERENCES entity (id),
    package TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    shape BYTEA,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    PRIMARY KEY (entity, rev_from)
);
CREATE INDEX dimension_begun ON dimension (rev_from);
CREATE INDEX dimension_ended ON dimension (rev_to) WHERE rev_to < 2147483647;

-- One cell of one source. period orders by last day, then length; value is the base unit at the
-- fixed scale of its dimension.
CREATE TABLE observation (
    id BIGINT NOT NULL PRIMARY KEY,
    subject BIGINT NOT NULL REFERENCES entity (id),
    indicator BIGINT NOT NULL REFERENCES entity (id),
    period BIGINT NOT NULL,
    accumulation TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL REFERENCES entity (id),
    value BIGINT,
    unit TEXT COLLATE "C",
    decimals BIGINT,
    comparator TEXT COLLATE "C",
    as_reported TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    released_on TEXT COLLATE "C",
    locator TEXT COLLATE "C",
    quote TEXT COLLATE "C",
    note TEXT COLLATE "C",
    package TEXT COLLATE "C" NOT NULL,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    UNIQUE (subject, indicator, period, accumulation, document, rev_from)
);
CREATE INDEX observation_indicator_period_accumulation_subject ON observation (indicator, period, accumulation, subject, rev_from, rev_to);
CREATE INDEX observation_begun ON observation (rev_from);
CREATE INDEX observation_ended ON observation (rev_to) WHERE rev_to < 2147483647;

-- Projects. x, y are 1e-7 degrees; cell is the grid cell they lie in; kinds and tasks are |a|b|.
CREATE TABLE project (
    entity BIGINT NOT NULL REFERENCES entity (id),
    name TEXT COLLATE "C" NOT NULL,
    name_en TEXT COLLATE "C",
    kinds TEXT COLLATE "C",
    stage TEXT COLLATE "C",
    batch TEXT COLLATE "C",
    investment BIGINT,
    investment_unit TEXT COLLATE "C",
    investment_decimals BIGINT,
    investment_as_reported TEXT COLLATE "C",
    x BIGINT,
    x_decimals BIGINT,
    y BIGINT,
    y_decimals BIGINT,
    cell BIGINT,
    zone BIGINT REFERENCES entity (id),
    region BIGINT REFERENCES entity (id),
    cluster BIGINT REFERENCES entity (id),
    chain BIGINT REFERENCES entity (id),
    tasks TEXT COLLATE "C",
    document BIGINT NOT NULL REFERENCES entity (id),
    locator TEXT COLLATE "C",
    quote TEXT COLLATE "C",
    package TEXT COLLATE "C" NOT NULL,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    PRIMARY KEY (entity, rev_from)
);
CREATE INDEX project_zone_investment ON project (zone, investment DESC NULLS LAST, entity, rev_from, rev_to);
CREATE INDEX project_zone_stage ON project (zone, stage, investment, rev_from, rev_to);
CREATE INDEX project_region ON project (region, entity, rev_from, rev_to);
CREATE INDEX project_cluster ON project (cluster, entity, rev_from, rev_to);
CREATE INDEX project_chain ON project (chain, entity, rev_from, rev_to);
CREATE INDEX project_cell ON project (cell, x, y, entity, rev_from, rev_to);
CREATE INDEX project_investment ON project (investment DESC NULLS LAST, entity, rev_from, rev_to);
CREATE INDEX project_begun ON project (rev_from);
CREATE INDEX project_ended ON project (rev_to) WHERE rev_to < 2147483647;

-- Dated stages of projects.
CREATE TABLE project_stage (
    id BIGINT NOT NULL PRIMARY KEY,
    project BIGINT NOT NULL REFERENCES entity (id),
    stage TEXT COLLATE "C" NOT NULL,
    "on" TEXT COLLATE "C" NOT NULL,
    document BIGINT NOT NULL REFERENCES entity (id),
    locator TEXT COLLATE "C",
    quote TEXT COLLATE "C",
    package TEXT COLLATE "C" NOT NULL,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    UNIQUE (project, stage, rev_from)
);
CREATE INDEX project_stage_begun ON project_stage (rev_from);
CREATE INDEX project_stage_ended ON project_stage (rev_to) WHERE rev_to < 2147483647;

-- Enterprises.
CREATE TABLE enterprise (
    entity BIGINT NOT NULL REFERENCES entity (id),
    name TEXT COLLATE "C" NOT NULL,
    name_en TEXT COLLATE "C",
    zone BIGINT REFERENCES entity (id),
    region BIGINT REFERENCES entity (id),
    chain BIGINT REFERENCES entity (id),
    stage TEXT COLLATE "C",
    x BIGINT,
    x_decimals BIGINT,
    y BIGINT,
    y_decimals BIGINT,
    cell BIGINT,
    document BIGINT NOT NULL REFERENCES entity (id),
    locator TEXT COLLATE "C",
    quote TEXT COLLATE "C",
    package TEXT COLLATE "C" NOT NULL,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    PRIMARY KEY (entity, rev_from)
);
CREATE INDEX enterprise_zone ON enterprise (zone, entity, rev_from, rev_to);
CREATE INDEX enterprise_region ON enterprise (region, entity, rev_from, rev_to);
CREATE INDEX enterprise_chain ON enterprise (chain, entity, rev_from, rev_to);
CREATE INDEX enterprise_cell ON enterprise (cell, x, y, entity, rev_from, rev_to);
CREATE INDEX enterprise_begun ON enterprise (rev_from);
CREATE INDEX enterprise_ended ON enterprise (rev_to) WHERE rev_to < 2147483647;

-- Entries of registers (名录).
CREATE TABLE register_entry (
    entity BIGINT NOT NULL REFERENCES entity (id),
    register BIGINT NOT NULL REFERENCES entity (id),
    holder BIGINT NOT NULL REFERENCES entity (id),
    title TEXT COLLATE "C",
    level TEXT COLLATE "C",
    recognised_on BIGINT,
    expires_on BIGINT,
    x BIGINT,
    x_decimals BIGINT,
    y BIGINT,
    y_decimals BIGINT,
    cell BIGINT,
    document BIGINT NOT NULL REFERENCES entity (id),
    locator TEXT COLLATE "C",
    quote TEXT COLLATE "C",
    package TEXT COLLATE "C" NOT NULL,
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    PRIMARY KEY (entity, rev_from)
);
CREATE INDEX register_entry_register ON register_entry (register, entity, rev_from, rev_to);
CREATE INDEX register_entry_holder ON register_entry (holder, entity, rev_from, rev_to);
CREATE INDEX register_entry_cell ON register_entry (cell, x, y, entity, rev_from, rev_to);
CREATE INDEX register_entry_begun ON register_entry (rev_from);
CREATE INDEX register_entry_ended ON register_entry (rev_to) WHERE rev_to < 2147483647;
