/* The tables of a results database, as docs/database.md describes them. */
#ifndef CLI_DATA_SCHEMA_HPP
#define CLI_DATA_SCHEMA_HPP

namespace cli {

enum {
    SCHEMA_APPLICATION = 0x41504653, /* "APFS" */
    SCHEMA_VERSION = 1,
};

/* A column without a type keeps what it is given: a number above 2^63-1 stays decimal text. */
inline const char *const schema_text = R"(
PRAGMA application_id = 1095779923;
PRAGMA user_version = 1;

-- The plan.
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parameters(parameter INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    unit TEXT NOT NULL, scale TEXT NOT NULL);
CREATE TABLE groups(grp INTEGER PRIMARY KEY, seeds INTEGER);
CREATE TABLE points(point INTEGER PRIMARY KEY, grp INTEGER NOT NULL, config_key TEXT NOT NULL,
    variant TEXT NOT NULL);
CREATE TABLE coordinates(point INTEGER, parameter INTEGER, value TEXT NOT NULL, number,
    PRIMARY KEY(point, parameter)) WITHOUT ROWID;
CREATE TABLE settings(point INTEGER, n INTEGER, key TEXT NOT NULL, value TEXT NOT NULL,
    file TEXT NOT NULL, line INTEGER NOT NULL, "column" INTEGER NOT NULL,
    PRIMARY KEY(point, n)) WITHOUT ROWID;
CREATE TABLE config(point INTEGER, n INTEGER, key TEXT NOT NULL, value TEXT NOT NULL,
    origin TEXT NOT NULL, PRIMARY KEY(point, n)) WITHOUT ROWID;

-- What was simulated.
CREATE TABLE runs(run INTEGER PRIMARY KEY, build TEXT NOT NULL, config_key TEXT NOT NULL,
    seed INTEGER NOT NULL, status TEXT NOT NULL, text TEXT NOT NULL, checksum TEXT NOT NULL,
    lines INTEGER NOT NULL, UNIQUE(build, config_key, seed));
CREATE TABLE metric_names(metric INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE metrics(run INTEGER, metric INTEGER, value NOT NULL, PRIMARY KEY(run, metric))
    WITHOUT ROWID;
CREATE TABLE hist_names(hist INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE histograms(run INTEGER, hist INTEGER, count NOT NULL, sum NOT NULL, min NOT NULL,
    max NOT NULL, buckets BLOB NOT NULL, PRIMARY KEY(run, hist)) WITHOUT ROWID;

-- What depends on the computer.
CREATE TABLE host(run INTEGER PRIMARY KEY, wall_ns INTEGER NOT NULL, attempts INTEGER NOT NULL);
CREATE TABLE notes(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The same for people.
CREATE VIEW results AS
    SELECT r.run AS run, p.point AS point, p.grp AS grp, p.variant AS variant, r.seed AS seed,
        r.status AS status, r.text AS text, r.checksum AS checksum, r.lines AS lines
    FROM points p JOIN groups g ON g.grp = p.grp
    JOIN runs r ON r.config_key = p.config_key
        AND r.build = (SELECT value FROM meta WHERE key = 'build')
        AND r.seed >= (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'seeds.first')
        AND r.seed - (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'seeds.first') <
            coalesce(g.seeds,
                (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'seeds.count'));
CREATE VIEW result_metrics AS
    SELECT r.run AS run, r.point AS point, r.grp AS grp, r.variant AS variant, r.seed AS seed,
        n.name AS metric, m.value AS value
    FROM results r JOIN metrics m ON m.run = r.run JOIN metric_names n ON n.metric = m.metric
    WHERE r.status = 'done';
CREATE VIEW point_metrics AS
    SELECT point, grp, variant, metric, count(*) AS seeds, avg(value) AS mean, min(value) AS least,
        max(value) AS greatest
    FROM result_metrics GROUP BY point, grp, variant, metric;
CREATE VIEW point_parameters AS
    SELECT c.point AS point, p.name AS parameter, p.unit AS unit, c.value AS value,
        c.number AS number
    FROM coordinates c JOIN parameters p ON p.parameter = c.parameter;
)";

} // namespace cli
#endif
