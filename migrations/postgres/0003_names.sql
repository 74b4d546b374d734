-- Facts by the beginning of their name.
CREATE INDEX project_name ON project (name, entity, rev_from, rev_to);
CREATE INDEX enterprise_name ON enterprise (name, entity, rev_from, rev_to);
