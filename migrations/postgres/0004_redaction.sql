-- Redaction: the one exception to "nothing is edited". The digest of a revision covers a free text by a salted hash
-- (format 2), so that a text can be replaced by that hash and every digest still holds.

-- How the digest of a revision was made.
ALTER TABLE revision ADD COLUMN format BIGINT NOT NULL DEFAULT 1;

-- The salt of a row's texts: 32 hexadecimal digits; where a text was redacted, the salts of the others as JSON.
-- Rows of format 1 have none.
ALTER TABLE dimension ADD COLUMN salt TEXT COLLATE "C";
ALTER TABLE observation ADD COLUMN salt TEXT COLLATE "C";
ALTER TABLE project ADD COLUMN salt TEXT COLLATE "C";
ALTER TABLE project_stage ADD COLUMN salt TEXT COLLATE "C";
ALTER TABLE enterprise ADD COLUMN salt TEXT COLLATE "C";
ALTER TABLE register_entry ADD COLUMN salt TEXT COLLATE "C";

-- One row for each text redacted, of one version of a row. Who did it and why is said by the revision it stands in.
CREATE TABLE redaction (
    table_name TEXT COLLATE "C" NOT NULL,
    row_key TEXT COLLATE "C" NOT NULL,
    row_from BIGINT NOT NULL, -- the revision that began that version
    column_name TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL, -- of the salt and the text
    rev_from BIGINT NOT NULL,
    rev_to BIGINT NOT NULL,
    PRIMARY KEY (table_name, row_key, row_from, column_name)
);
CREATE INDEX redaction_begun ON redaction (rev_from);
CREATE INDEX redaction_ended ON redaction (rev_to) WHERE rev_to < 2147483647;
