-- The database is a sequence of revisions. A row is held by the revisions R with
-- rev_from <= R AND rev_to > R; 2147483647 in rev_to means that nothing has ended it.
-- Rows are never edited: ending one (writing rev_to) is the only UPDATE, and nothing is deleted.
-- Only ended rows are indexed by their end: nearly all rows are live, so an index on that would mislead.
-- The same tables, columns and indexes stand in migrations/sqlite and migrations/postgres.

-- One row for each import.
CREATE TABLE revision (
    number INTEGER NOT NULL PRIMARY KEY,
    committed_at INTEGER NOT NULL, -- microseconds since 1970, UTC
    author TEXT NOT NULL,
    message TEXT NOT NULL,
    digest TEXT NOT NULL,
    previous_digest TEXT
) STRICT;

-- Permanent identities: (kind, code) is what packages write, id what everything else points to.
-- kind is the kind of thing (TASK, ZONE, ...), or the table of a row that nothing can point to.
CREATE TABLE entity (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    UNIQUE (kind, code)
) STRICT;

-- The packages whose rows are held.
CREATE TABLE package (
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    version TEXT NOT NULL,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    PRIMARY KEY (name, rev_from)
) STRICT;
CREATE INDEX package_begun ON package (rev_from);
CREATE INDEX package_ended ON package (rev_to) WHERE rev_to < 2147483647;

-- Rows of every table that is no fact: canonical JSON, and the geometry of a footprint.
CREATE TABLE dimension (
    entity INTEGER NOT NULL REFERENCES entity (id),
    package TEXT NOT NULL,
    body TEXT NOT NULL,
    shape BLOB,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    PRIMARY KEY (entity, rev_from)
) STRICT;
CREATE INDEX dimension_begun ON dimension (rev_from);
CREATE INDEX dimension_ended ON dimension (rev_to) WHERE rev_to < 2147483647;

-- One cell of one source. period orders by last day, then length; value is the base unit at the
-- fixed scale of its dimension.
CREATE TABLE observation (
    id INTEGER NOT NULL PRIMARY KEY,
    subject INTEGER NOT NULL REFERENCES entity (id),
    indicator INTEGER NOT NULL REFERENCES entity (id),
    period INTEGER NOT NULL,
    accumulation TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES entity (id),
    value INTEGER,
    unit TEXT,
    decimals INTEGER,
    comparator TEXT,
    as_reported TEXT,
    status TEXT NOT NULL,
    released_on TEXT,
    locator TEXT,
    quote TEXT,
    note TEXT,
    package TEXT NOT NULL,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    UNIQUE (subject, indicator, period, accumulation, document, rev_from)
) STRICT;
CREATE INDEX observation_indicator_period_accumulation_subject ON observation (indicator, period, accumulation, subject, rev_from, rev_to);
CREATE INDEX observation_begun ON observation (rev_from);
CREATE INDEX observation_ended ON observation (rev_to) WHERE rev_to < 2147483647;

-- Projects. x, y are 1e-7 degrees; cell is the grid cell they lie in; kinds and tasks are |a|b|.
CREATE TABLE project (
    entity INTEGER NOT NULL REFERENCES entity (id),
    name TEXT NOT NULL,
    name_en TEXT,
    kinds TEXT,
    stage TEXT,
    batch TEXT,
    investment INTEGER,
    investment_unit TEXT,
    investment_decimals INTEGER,
    investment_as_reported TEXT,
    x INTEGER,
    x_decimals INTEGER,
    y INTEGER,
    y_decimals INTEGER,
    cell INTEGER,
    zone INTEGER REFERENCES entity (id),
    region INTEGER REFERENCES entity (id),
    cluster INTEGER REFERENCES entity (id),
    chain INTEGER REFERENCES entity (id),
    tasks TEXT,
    document INTEGER NOT NULL REFERENCES entity (id),
    locator TEXT,
    quote TEXT,
    package TEXT NOT NULL,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    PRIMARY KEY (entity, rev_from)
) STRICT;
CREATE INDEX project_zone_investment ON project (zone, investment DESC, entity, rev_from, rev_to);
CREATE INDEX project_zone_stage ON project (zone, stage, investment, rev_from, rev_to);
CREATE INDEX project_region ON project (region, entity, rev_from, rev_to);
CREATE INDEX project_cluster ON project (cluster, entity, rev_from, rev_to);
CREATE INDEX project_chain ON project (chain, entity, rev_from, rev_to);
CREATE INDEX project_cell ON project (cell, x, y, entity, rev_from, rev_to);
CREATE INDEX project_investment ON project (investment DESC, entity, rev_from, rev_to);
CREATE INDEX project_begun ON project (rev_from);
CREATE INDEX project_ended ON project (rev_to) WHERE rev_to < 2147483647;

-- Dated stages of projects.
CREATE TABLE project_stage (
    id INTEGER NOT NULL PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES entity (id),
    stage TEXT NOT NULL,
    "on" TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES entity (id),
    locator TEXT,
    quote TEXT,
    package TEXT NOT NULL,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    UNIQUE (project, stage, rev_from)
) STRICT;
CREATE INDEX project_stage_begun ON project_stage (rev_from);
CREATE INDEX project_stage_ended ON project_stage (rev_to) WHERE rev_to < 2147483647;

-- Enterprises.
CREATE TABLE enterprise (
    entity INTEGER NOT NULL REFERENCES entity (id),
    name TEXT NOT NULL,
    name_en TEXT,
    zone INTEGER REFERENCES entity (id),
    region INTEGER REFERENCES entity (id),
    chain INTEGER REFERENCES entity (id),
    stage TEXT,
    x INTEGER,
    x_decimals INTEGER,
    y INTEGER,
    y_decimals INTEGER,
    cell INTEGER,
    document INTEGER NOT NULL REFERENCES entity (id),
    locator TEXT,
    quote TEXT,
    package TEXT NOT NULL,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    PRIMARY KEY (entity, rev_from)
) STRICT;
CREATE INDEX enterprise_zone ON enterprise (zone, entity, rev_from, rev_to);
CREATE INDEX enterprise_region ON enterprise (region, entity, rev_from, rev_to);
CREATE INDEX enterprise_chain ON enterprise (chain, entity, rev_from, rev_to);
CREATE INDEX enterprise_cell ON enterprise (cell, x, y, entity, rev_from, rev_to);
CREATE INDEX enterprise_begun ON enterprise (rev_from);
CREATE INDEX enterprise_ended ON enterprise (rev_to) WHERE rev_to < 2147483647;

-- Entries of registers (名录).
CREATE TABLE register_entry (
    entity INTEGER NOT NULL REFERENCES entity (id),
    register INTEGER NOT NULL REFERENCES entity (id),
    holder INTEGER NOT NULL REFERENCES entity (id),
    title TEXT,
    level TEXT,
    recognised_on INTEGER,
    expires_on INTEGER,
    x INTEGER,
    x_decimals INTEGER,
    y INTEGER,
    y_decimals INTEGER,
    cell INTEGER,
    document INTEGER NOT NULL REFERENCES entity (id),
    locator TEXT,
    quote TEXT,
    package TEXT NOT NULL,
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    PRIMARY KEY (entity, rev_from)
) STRICT;
CREATE INDEX register_entry_register ON register_entry (register, entity, rev_from, rev_to);
CREATE INDEX register_entry_holder ON register_entry (holder, entity, rev_from, rev_to);
CREATE INDEX register_entry_cell ON register_entry (cell, x, y, entity, rev_from, rev_to);
CREATE INDEX register_entry_begun ON register_entry (rev_from);
CREATE INDEX register_entry_ended ON register_entry (rev_to) WHERE rev_to < 2147483647;
