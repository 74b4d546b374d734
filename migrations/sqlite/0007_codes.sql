-- Projects and enterprises bear their code, so that lists in the order of codes come out of an index: all of them, and
-- those of a place, cluster or chain. It never differs from the code of their entity; verify compares.
ALTER TABLE project ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE enterprise ADD COLUMN code TEXT NOT NULL DEFAULT '';
UPDATE project SET code = (SELECT e.code FROM entity e WHERE e.id = project.entity);
UPDATE enterprise SET code = (SELECT e.code FROM entity e WHERE e.id = enterprise.entity);
DROP INDEX project_region;
DROP INDEX project_cluster;
DROP INDEX project_chain;
DROP INDEX enterprise_zone;
DROP INDEX enterprise_region;
DROP INDEX enterprise_chain;
CREATE INDEX project_code ON project (code, entity, rev_from, rev_to);
CREATE INDEX project_zone_code ON project (zone, code, entity, rev_from, rev_to);
CREATE INDEX project_region_code ON project (region, code, entity, rev_from, rev_to);
CREATE INDEX project_cluster_code ON project (cluster, code, entity, rev_from, rev_to);
CREATE INDEX project_chain_code ON project (chain, code, entity, rev_from, rev_to);
CREATE INDEX enterprise_code ON enterprise (code, entity, rev_from, rev_to);
CREATE INDEX enterprise_zone_code ON enterprise (zone, code, entity, rev_from, rev_to);
CREATE INDEX enterprise_region_code ON enterprise (region, code, entity, rev_from, rev_to);
CREATE INDEX enterprise_chain_code ON enterprise (chain, code, entity, rev_from, rev_to);

-- Projects of a stage in a box, from an amount on, without a look at the rows themselves.
CREATE INDEX project_stage_cell ON project (stage, cell, investment, x, y, entity, rev_from, rev_to);
