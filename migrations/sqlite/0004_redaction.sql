-- Redaction: the one exception to "nothing is edited". The digest of a revision covers a free text by a salted hash
-- (format 2), so that a text can be replaced by that hash and every digest still holds.

-- How the digest of a revision was made.
ALTER TABLE revision ADD COLUMN format INTEGER NOT NULL DEFAULT 1;

-- The salt of a row's texts: 32 hexadecimal digits; where a text was redacted, the salts of the others as JSON.
-- Rows of format 1 have none.
ALTER TABLE dimension ADD COLUMN salt TEXT;
ALTER TABLE observation ADD COLUMN salt TEXT;
ALTER TABLE project ADD COLUMN salt TEXT;
ALTER TABLE project_stage ADD COLUMN salt TEXT;
ALTER TABLE enterprise ADD COLUMN salt TEXT;
ALTER TABLE register_entry ADD COLUMN salt TEXT;

-- One row for each text redacted, of one version of a row. Who did it and why is said by the revision it stands in.
CREATE TABLE redaction (
    table_name TEXT NOT NULL,
    row_key TEXT NOT NULL,
    row_from INTEGER NOT NULL, -- the revision that began that version
    column_name TEXT NOT NULL,
    sha256 TEXT NOT NULL, -- of the salt and the text
    rev_from INTEGER NOT NULL,
    rev_to INTEGER NOT NULL,
    PRIMARY KEY (table_name, row_key, row_from, column_name)
) STRICT;
CREATE INDEX redaction_begun ON redaction (rev_from);
CREATE INDEX redaction_ended ON redaction (rev_to) WHERE rev_to < 2147483647;
