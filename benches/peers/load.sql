-- The peer's tables, filled from a package that was copied into the schema `staged` (every column a text), and indexed
-- for the six questions by somebody who knows them.
CREATE EXTENSION IF NOT EXISTS postgis;
DROP SCHEMA IF EXISTS peer CASCADE;
CREATE SCHEMA peer;
SET search_path = peer, public;

CREATE TEMP TABLE outline AS
SELECT footprint.place_kind, footprint.place_code, ST_Multi(ST_GeomFromGeoJSON(feature.body ->> 'geometry')) AS geom
FROM staged.footprints AS footprint
JOIN (
    SELECT rtrim(line, ',')::json AS body FROM staged.outlines WHERE line LIKE '{"type":"Feature",%'
) AS feature ON feature.body ->> 'id' = footprint.code;

CREATE TABLE county (
    id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, geom geometry(MultiPolygon, 4326) NOT NULL
);
INSERT INTO county
SELECT row_number() OVER (ORDER BY region.code), region.code, region.name, outline.geom
FROM staged.regions AS region
JOIN outline ON outline.place_kind = 'REGION' AND outline.place_code = region.code;

CREATE TABLE zone (
    id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, level TEXT,
    county_id INT NOT NULL REFERENCES county, geom geometry(MultiPolygon, 4326) NOT NULL
);
INSERT INTO zone
SELECT row_number() OVER (ORDER BY zone.code), zone.code, zone.name, zone.level, county.id, outline.geom
FROM staged.zones AS zone
JOIN staged.zone_hosts AS host ON host.zone = zone.code
JOIN county ON county.code = host.region
JOIN outline ON outline.place_kind = 'ZONE' AND outline.place_code = zone.code;

CREATE TABLE layout_element (id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, form TEXT NOT NULL);
INSERT INTO layout_element SELECT position::int, code, name, form FROM staged.layout;
CREATE TABLE layout_member (
    id INT PRIMARY KEY, element_id INT NOT NULL REFERENCES layout_element,
    county_id INT NOT NULL REFERENCES county, role TEXT NOT NULL
);
INSERT INTO layout_member
SELECT row_number() OVER (), element.id, county.id, member.role
FROM staged.layout_members AS member
JOIN layout_element AS element ON element.code = member.layout
JOIN county ON county.code = member.place_code;

CREATE TABLE cluster (id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL);
INSERT INTO cluster SELECT row_number() OVER (ORDER BY code), code, name, kind FROM staged.clusters;
CREATE TABLE chain (
    id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, cluster_id INT NOT NULL REFERENCES cluster
);
INSERT INTO chain
SELECT row_number() OVER (), chain.code, chain.name, cluster.id
FROM staged.chains AS chain JOIN cluster ON cluster.code = chain.clusters;

CREATE TABLE unit (id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
INSERT INTO unit SELECT row_number() OVER (), code, name FROM staged.units;
CREATE TABLE task_group (id INT PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO task_group SELECT number::int, name FROM staged.groups;
CREATE TABLE task (
    id INT PRIMARY KEY, number INT NOT NULL UNIQUE, title TEXT NOT NULL, responsibility TEXT NOT NULL,
    group_id INT NOT NULL REFERENCES task_group
);
INSERT INTO task
SELECT number::int, number::int, title, responsibility_as_written, "group"::int FROM staged.tasks;
CREATE TABLE task_unit (
    task_id INT NOT NULL REFERENCES task, unit_id INT NOT NULL REFERENCES unit, role TEXT NOT NULL,
    position INT NOT NULL, PRIMARY KEY (task_id, unit_id)
);
INSERT INTO task_unit
SELECT member.task::int, unit.id, member.role, member.position::int
FROM staged.task_units AS member JOIN unit ON unit.code = member.unit;
CREATE TABLE target (
    id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, task_id INT NOT NULL REFERENCES task, value FLOAT8 NOT NULL
);
INSERT INTO target SELECT row_number() OVER (), code, task::int, value::float8 FROM staged.targets;
CREATE TABLE milestone (
    id INT PRIMARY KEY, target_id INT NOT NULL REFERENCES target, year INT NOT NULL, value FLOAT8 NOT NULL
);
INSERT INTO milestone
SELECT row_number() OVER (), target.id, milestone.period::int, milestone.value::float8
FROM staged.milestones AS milestone JOIN target ON target.code = milestone.target;

CREATE TABLE project (
    id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, zone_id INT NOT NULL REFERENCES zone,
    cluster_id INT NOT NULL REFERENCES cluster, stage TEXT NOT NULL, investment FLOAT8 NOT NULL,
    geom geometry(Point, 4326) NOT NULL
);
INSERT INTO project
SELECT row_number() OVER (ORDER BY project.code COLLATE "C"), project.code, project.name, zone.id, cluster.id, project.stage,
    project.investment::float8, ST_SetSRID(ST_MakePoint(project.lon::float8, project.lat::float8), 4326)
FROM staged.projects AS project
JOIN zone ON zone.code = project.zone JOIN cluster ON cluster.code = project.cluster;
CREATE TABLE enterprise (
    id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, zone_id INT NOT NULL REFERENCES zone,
    chain_id INT NOT NULL REFERENCES chain
);
INSERT INTO enterprise
SELECT row_number() OVER (ORDER BY enterprise.code COLLATE "C"), enterprise.code, enterprise.name, zone.id, chain.id
FROM staged.enterprises AS enterprise
JOIN zone ON zone.code = enterprise.zone JOIN chain ON chain.code = enterprise.chain;

CREATE TABLE indicator (id INT PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, unit TEXT NOT NULL);
INSERT INTO indicator SELECT row_number() OVER (), code, name, unit FROM staged.indicators;
-- What figures are about.
CREATE TABLE place (id INT PRIMARY KEY, county_id INT UNIQUE REFERENCES county, zone_id INT UNIQUE REFERENCES zone);
INSERT INTO place SELECT id, id, NULL FROM county;
INSERT INTO place SELECT (SELECT count(*) FROM county) + id, NULL, id FROM zone;
CREATE TABLE observation (
    indicator_id INT NOT NULL, place_id INT NOT NULL, period DATE NOT NULL, value FLOAT8 NOT NULL
);
INSERT INTO observation
SELECT indicator.id, subject.id, to_date(replace(observation.period, '-M', '-'), 'YYYY-MM'), observation.value::float8
FROM staged.observations AS observation
JOIN indicator ON indicator.code = observation.indicator
JOIN (
    SELECT 'REGION' AS kind, county.code, place.id FROM place JOIN county ON county.id = place.county_id
    UNION ALL
    SELECT 'ZONE', zone.code, place.id FROM place JOIN zone ON zone.id = place.zone_id
) AS subject ON subject.kind = observation.subject_kind AND subject.code = observation.subject_code;
ALTER TABLE observation ADD PRIMARY KEY (place_id, indicator_id, period);
ALTER TABLE observation ADD FOREIGN KEY (indicator_id) REFERENCES indicator;
ALTER TABLE observation ADD FOREIGN KEY (place_id) REFERENCES place;
CREATE INDEX ON observation (indicator_id, period);

CREATE INDEX ON county USING gist (geom);
CREATE INDEX ON zone USING gist (geom);
CREATE INDEX ON zone (county_id);
CREATE INDEX ON layout_member (county_id);
CREATE INDEX ON layout_member (element_id);
CREATE INDEX ON chain (cluster_id);
CREATE INDEX ON task (group_id);
CREATE INDEX ON task_unit (unit_id);
CREATE INDEX ON target (task_id);
CREATE INDEX ON milestone (target_id, year);
CREATE INDEX ON project USING gist (geom);
CREATE INDEX ON project (zone_id, investment DESC);
CREATE INDEX ON project (zone_id, id);
CREATE INDEX ON project (stage, investment DESC);
CREATE INDEX ON project (zone_id, stage) INCLUDE (investment);
CREATE INDEX ON project (cluster_id);
CREATE INDEX ON enterprise (zone_id, id);
CREATE INDEX ON enterprise (chain_id);

-- What PostGraphile makes fields of.
CREATE FUNCTION county_boundary(place county) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT ST_AsGeoJSON(place.geom, 7)::json $$;
CREATE FUNCTION zone_boundary(place zone) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT ST_AsGeoJSON(place.geom, 7)::json $$;
CREATE FUNCTION project_lon(one project) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ST_X(one.geom) $$;
CREATE FUNCTION project_lat(one project) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT ST_Y(one.geom) $$;
CREATE FUNCTION projects_within(
    stage TEXT, at_least FLOAT8, west FLOAT8, south FLOAT8, east FLOAT8, north FLOAT8
) RETURNS SETOF project LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT project.* FROM peer.project
    WHERE project.stage = projects_within.stage AND project.investment >= at_least
        AND project.geom && ST_MakeEnvelope(west, south, east, north, 4326)
    ORDER BY project.investment DESC, project.id
$$;
CREATE VIEW zone_stage AS
SELECT zone_id, stage, count(*)::int AS projects, sum(investment) AS investment FROM project GROUP BY zone_id, stage;

-- What martin draws tiles of, apart from what PostGraphile sees: projected beforehand, in an order that keeps near ones
-- together, and with what our tiles say. Outlines lie ready at the tolerance of each zoom that is asked.
DROP SCHEMA IF EXISTS tiles CASCADE;
CREATE SCHEMA tiles;
CREATE TABLE tiles.project AS
SELECT project.id, project.code, project.name, made.name_en AS "nameEn", project.stage,
    document.sample::boolean AS sample, ST_X(project.geom) AS lon, ST_Y(project.geom) AS lat,
    ST_Transform(project.geom, 3857)::geometry(Point, 3857) AS geom
FROM project JOIN staged.projects AS made ON made.code = project.code
JOIN staged.documents AS document ON document.code = made.document
ORDER BY project.geom;
ALTER TABLE tiles.project ADD PRIMARY KEY (id);
CREATE INDEX ON tiles.project USING gist (geom);
CREATE TABLE tiles.county AS
SELECT county.id, county.code, county.name, made.name_en AS "nameEn", made.kind, footprint.accuracy,
    document.sample::boolean AS sample, ST_Transform(county.geom, 3857)::geometry(MultiPolygon, 3857) AS geom
FROM county JOIN staged.regions AS made ON made.code = county.code
JOIN staged.footprints AS footprint ON footprint.place_kind = 'REGION' AND footprint.place_code = county.code
JOIN staged.documents AS document ON document.code = made.document
ORDER BY county.geom;
CREATE TABLE tiles.county_label AS
SELECT made.id, made.code, made.name, made."nameEn", made.kind, made.accuracy, made.sample,
    ST_Transform((ST_MaximumInscribedCircle(county.geom)).center, 3857)::geometry(Point, 3857) AS geom
FROM tiles.county AS made JOIN county ON county.id = made.id;
CREATE INDEX ON tiles.county_label USING gist (geom);
CREATE FUNCTION pg_temp.simplified(place tiles.county, metres FLOAT8) RETURNS geometry LANGUAGE sql AS $$
    SELECT ST_Multi(ST_SimplifyPreserveTopology(
        place.geom, metres / cos(radians(ST_Y(ST_Transform(ST_Centroid(place.geom), 4326))))))
$$;
CREATE TABLE tiles.county_6 AS
SELECT id, code, name, "nameEn", kind, accuracy, sample,
    pg_temp.simplified(county, 250)::geometry(MultiPolygon, 3857) AS geom FROM tiles.county;
CREATE INDEX ON tiles.county_6 USING gist (geom);
CREATE TABLE tiles.county_8 AS
SELECT id, code, name, "nameEn", kind, accuracy, sample,
    pg_temp.simplified(county, 50)::geometry(MultiPolygon, 3857) AS geom FROM tiles.county;
CREATE INDEX ON tiles.county_8 USING gist (geom);
-- Projects heaped by the cells of 16 × 16 that a tile is cut into; whoever is alone in one is itself.
CREATE FUNCTION tiles.heaps(z INT, x INT, y INT) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH tile AS (
        SELECT box, ST_XMin(box) AS west, ST_YMax(box) AS north, 16 / (ST_XMax(box) - ST_XMin(box)) AS cells
        FROM ST_TileEnvelope(z, x, y) AS box
    ), heap AS (
        SELECT count(*) AS point_count, count(*) FILTER (WHERE sample) AS sample_count, min(id) AS first,
            avg(lon) AS lon, avg(lat) AS lat, concat_ws(',', min(lon), min(lat), max(lon), max(lat)) AS bbox
        FROM tile JOIN tiles.project ON geom && box
        GROUP BY floor((ST_X(geom) - west) * cells), floor((north - ST_Y(geom)) * cells)
    )
    SELECT ST_AsMVT(shown, 'projects', 4096, 'geom', 'id') FROM (
        SELECT one.id, one.code, one.name, one."nameEn", one.stage, coalesce(one.sample, sample_count > 0) AS sample,
            CASE WHEN one.id IS NULL THEN point_count END AS point_count,
            CASE WHEN one.id IS NULL THEN sample_count END AS sample_count,
            CASE WHEN one.id IS NULL THEN heap.bbox END AS bbox,
            ST_AsMVTGeom(ST_Transform(ST_SetSRID(ST_MakePoint(heap.lon, heap.lat), 4326), 3857), box, 4096, 0) AS geom
        FROM tile CROSS JOIN heap LEFT JOIN tiles.project AS one ON point_count = 1 AND one.id = heap.first
    ) AS shown
$$;

DROP SCHEMA staged CASCADE;
