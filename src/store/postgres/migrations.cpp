#include "store/postgres/migrations.hpp"

#include <array>

namespace joulecast::store::postgres {
namespace {

// Row-level security lets a user write the rows of his own runs alone, whatever joulecast asks for. All see
// all rows, except for the command lines, which seen_run leaves out of the runs of others. Texts that are
// sorted or compared with patterns have the collation "C", as in SQLite.
constexpr const char* version_1 = R"sql(
CREATE TABLE joulecast.schema_version (version bigint NOT NULL);
CREATE TABLE joulecast.run (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  name text COLLATE "C" NOT NULL DEFAULT '',
  status text NOT NULL,
  exit_status bigint,
  started_ns bigint,
  begin_s double precision NOT NULL DEFAULT 0,
  end_s double precision NOT NULL DEFAULT 0,
  duration_s double precision,
  command text NOT NULL DEFAULT '[]',
  info text NOT NULL DEFAULT '{}',
  host text NOT NULL DEFAULT '{}',
  hostname text COLLATE "C" NOT NULL DEFAULT '',
  place text NOT NULL DEFAULT '{}',
  notes text NOT NULL DEFAULT '[]',
  idle_baseline_w double precision,
  sampler_cpu_s double precision NOT NULL DEFAULT 0,
  owner text NOT NULL DEFAULT '{}',
  heartbeat_ns bigint,
  total_known bigint NOT NULL DEFAULT 0,
  energy_j double precision,
  energy_provenance text NOT NULL DEFAULT 'missing',
  energy_missing text NOT NULL DEFAULT '[]',
  not_measured_s double precision,
  coverage double precision,
  continues text COLLATE "C" NOT NULL DEFAULT '',
  job_id text COLLATE "C" NOT NULL DEFAULT '',
  job_key text COLLATE "C" NOT NULL DEFAULT '',
  job_user text COLLATE "C" NOT NULL DEFAULT '',
  job_account text COLLATE "C" NOT NULL DEFAULT '',
  job_partition text COLLATE "C" NOT NULL DEFAULT '',
  writer name NOT NULL DEFAULT current_user,
  delivery text NOT NULL DEFAULT '',
  delivered bigint NOT NULL DEFAULT 0
);
CREATE INDEX run_by_start ON joulecast.run (started_ns, key);
CREATE INDEX run_by_name ON joulecast.run (name, started_ns);
CREATE INDEX run_by_status ON joulecast.run (status, started_ns);
CREATE INDEX run_by_host ON joulecast.run (hostname, started_ns);
CREATE INDEX run_by_energy ON joulecast.run (energy_j);
CREATE INDEX run_by_duration ON joulecast.run (duration_s);
CREATE INDEX run_by_delivery ON joulecast.run (delivery);
CREATE INDEX run_by_continued ON joulecast.run (continues) WHERE continues <> '';
CREATE INDEX run_by_job ON joulecast.run (job_id, started_ns) WHERE job_id <> '';
CREATE INDEX run_by_job_key ON joulecast.run (job_key, started_ns) WHERE job_key <> '';
CREATE TABLE joulecast.tag (
  run bigint NOT NULL, name text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL, PRIMARY KEY (run, name)
);
CREATE INDEX tag_by_value ON joulecast.tag (name, value);
CREATE TABLE joulecast.channel (
  run bigint NOT NULL, number bigint NOT NULL, description text NOT NULL, PRIMARY KEY (run, number)
);
CREATE TABLE joulecast.gap (
  run bigint NOT NULL, channel bigint NOT NULL, begin_s double precision NOT NULL, end_s double precision NOT NULL,
  PRIMARY KEY (run, channel, begin_s)
);
CREATE TABLE joulecast.epoch (
  run bigint NOT NULL, place bigint NOT NULL, number bigint NOT NULL, begin_s double precision NOT NULL,
  end_s double precision NOT NULL, work double precision, energy_j double precision, metrics text NOT NULL DEFAULT '{}',
  phase bigint NOT NULL DEFAULT 0, PRIMARY KEY (run, place)
);
CREATE TABLE joulecast.phase (
  run bigint NOT NULL, place bigint NOT NULL, name text NOT NULL, unit text NOT NULL, begin_s double precision NOT NULL,
  end_s double precision NOT NULL, work double precision NOT NULL, total_work double precision,
  energy_j double precision, done_before double precision, PRIMARY KEY (run, place)
);
CREATE TABLE joulecast.progress (
  run bigint NOT NULL, phase bigint NOT NULL, part bigint NOT NULL, times bytea NOT NULL, work bytea NOT NULL,
  PRIMARY KEY (run, phase, part)
);
CREATE TABLE joulecast."window" (
  run bigint NOT NULL, place bigint NOT NULL, name text NOT NULL, begin_s double precision NOT NULL,
  end_s double precision NOT NULL, PRIMARY KEY (run, place)
);
CREATE TABLE joulecast.metric (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run bigint NOT NULL, time_s double precision NOT NULL,
  epoch bigint, name text COLLATE "C" NOT NULL, value double precision
);
CREATE INDEX metric_of_run ON joulecast.metric (run);
CREATE TABLE joulecast.projection (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run bigint NOT NULL, time_s double precision NOT NULL,
  share double precision NOT NULL, method text NOT NULL, total_j double precision NOT NULL, low_j double precision,
  high_j double precision, ready bigint NOT NULL
);
CREATE INDEX projection_of_run ON joulecast.projection (run);
CREATE TABLE joulecast.sensor (
  run bigint NOT NULL, name text COLLATE "C" NOT NULL, used bigint NOT NULL, reason text NOT NULL,
  readings bigint NOT NULL, failed_readings bigint NOT NULL, mean_latency_s double precision NOT NULL,
  max_latency_s double precision NOT NULL, PRIMARY KEY (run, name)
);
CREATE TABLE joulecast.journal (
  run bigint NOT NULL, number bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (run, number)
);
CREATE TABLE joulecast.chunk (
  run bigint NOT NULL, channel bigint NOT NULL, first_us bigint NOT NULL, last_us bigint NOT NULL,
  count bigint NOT NULL, first_value double precision NOT NULL, last_value double precision NOT NULL,
  integral double precision NOT NULL, times bigint NOT NULL, block bigint NOT NULL,
  PRIMARY KEY (run, channel, first_us)
);
CREATE TABLE joulecast.block (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea NOT NULL, writer name NOT NULL DEFAULT current_user
);

CREATE VIEW joulecast.seen_run AS
  SELECT key, id, name, status, exit_status, started_ns, begin_s, end_s, duration_s,
    CASE WHEN writer = current_user
           OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'joulecast.run'::regclass), 'USAGE')
         THEN command ELSE '[]' END AS command,
    info, host, hostname, place, notes, idle_baseline_w, sampler_cpu_s, owner, heartbeat_ns, total_known, energy_j,
    energy_provenance, energy_missing, not_measured_s, coverage, continues, job_id, job_key, job_user, job_account, job_partition,
    writer, delivery, delivered
  FROM joulecast.run;

ALTER TABLE joulecast.run ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_runs ON joulecast.run USING (writer = current_user) WITH CHECK (writer = current_user);
ALTER TABLE joulecast.block ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_read ON joulecast.block FOR SELECT USING (true);
CREATE POLICY own_added ON joulecast.block FOR INSERT WITH CHECK (writer = current_user);
CREATE POLICY own_removed ON joulecast.block FOR DELETE USING (writer = current_user);
DO $do$
DECLARE part text;
BEGIN
  FOREACH part IN ARRAY ARRAY['tag', 'channel', 'gap', 'epoch', 'phase', 'progress', 'window', 'metric', 'projection',
                              'sensor', 'journal', 'chunk'] LOOP
    EXECUTE format('ALTER TABLE joulecast.%I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY all_read ON joulecast.%I FOR SELECT USING (true)', part);
    EXECUTE format('CREATE POLICY own_added ON joulecast.%1$I FOR INSERT WITH CHECK '
                   '(EXISTS (SELECT FROM joulecast.run AS r WHERE r.key = %1$I.run))', part);
    EXECUTE format('CREATE POLICY own_changed ON joulecast.%1$I FOR UPDATE USING '
                   '(EXISTS (SELECT FROM joulecast.run AS r WHERE r.key = %1$I.run))', part);
    EXECUTE format('CREATE POLICY own_removed ON joulecast.%1$I FOR DELETE USING '
                   '(EXISTS (SELECT FROM joulecast.run AS r WHERE r.key = %1$I.run))', part);
  END LOOP;
END $do$;

ALTER TABLE joulecast.schema_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_read ON joulecast.schema_version FOR SELECT USING (true);

CREATE SCHEMA IF NOT EXISTS joulecast_views;
CREATE FUNCTION joulecast_views.time_of(ns bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $f$
  SELECT to_char(to_timestamp(ns / 1000000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') $f$;
CREATE VIEW joulecast_views.runs AS
  SELECT id, nullif(name, '') AS name, status, exit_status, joulecast_views.time_of(started_ns) AS started,
    CASE WHEN total_known <> 0 THEN duration_s ELSE end_s - begin_s END AS duration_s,
    energy_j, CASE WHEN total_known <> 0 THEN energy_provenance END AS provenance, energy_missing AS missing, coverage,
    not_measured_s, (SELECT count(*) FROM joulecast.epoch WHERE epoch.run = run.key) AS epochs,
    nullif(hostname, '') AS host, host::jsonb ->> 'cpu_model' AS cpu, coalesce(host::jsonb ->> 'gpus', '[]') AS gpus,
    info::jsonb ->> 'source' AS source, info::jsonb ->> 'architecture' AS architecture,
    info::jsonb ->> 'framework' AS framework, info::jsonb ->> 'dataset' AS dataset,
    (info::jsonb ->> 'batch_size')::double precision AS batch_size,
    (info::jsonb ->> 'total_work')::double precision AS total_work, info::jsonb ->> 'work_unit' AS work_unit,
    idle_baseline_w AS idle_w, sampler_cpu_s, command,
    (SELECT value FROM joulecast.tag WHERE tag.run = run.key AND tag.name = 'project') AS project,
    (SELECT json_object_agg(tag.name, value ORDER BY tag.name)::text FROM joulecast.tag WHERE tag.run = run.key) AS tags,
    notes
  FROM joulecast.seen_run AS run;
CREATE VIEW joulecast_views.tags AS
  SELECT id AS run, tag.name, value FROM joulecast.tag JOIN joulecast.seen_run AS run ON run.key = tag.run;
CREATE VIEW joulecast_views.metrics AS
  SELECT id AS run, time_s, epoch, metric.name, value
  FROM joulecast.metric JOIN joulecast.seen_run AS run ON run.key = metric.run;
CREATE VIEW joulecast_views.sensors AS
  SELECT id AS run, sensor.name AS sensor, used, nullif(reason, '') AS reason, readings, failed_readings,
    mean_latency_s, max_latency_s
  FROM joulecast.sensor JOIN joulecast.seen_run AS run ON run.key = sensor.run;
)sql";

// The view's columns that were there keep their places.
constexpr const char* version_2 = R"sql(
CREATE OR REPLACE VIEW joulecast_views.runs AS
  SELECT id, nullif(name, '') AS name, status, exit_status, joulecast_views.time_of(started_ns) AS started,
    CASE WHEN total_known <> 0 THEN duration_s ELSE end_s - begin_s END AS duration_s,
    energy_j, CASE WHEN total_known <> 0 THEN energy_provenance END AS provenance, energy_missing AS missing, coverage,
    not_measured_s, (SELECT count(*) FROM joulecast.epoch WHERE epoch.run = run.key) AS epochs,
    nullif(hostname, '') AS host, host::jsonb ->> 'cpu_model' AS cpu, coalesce(host::jsonb ->> 'gpus', '[]') AS gpus,
    info::jsonb ->> 'source' AS source, info::jsonb ->> 'architecture' AS architecture,
    info::jsonb ->> 'framework' AS framework, info::jsonb ->> 'dataset' AS dataset,
    (info::jsonb ->> 'batch_size')::double precision AS batch_size,
    (info::jsonb ->> 'total_work')::double precision AS total_work, info::jsonb ->> 'work_unit' AS work_unit,
    idle_baseline_w AS idle_w, sampler_cpu_s, command,
    (SELECT value FROM joulecast.tag WHERE tag.run = run.key AND tag.name = 'project') AS project,
    (SELECT json_object_agg(tag.name, value ORDER BY tag.name)::text FROM joulecast.tag WHERE tag.run = run.key) AS tags,
    notes, nullif(continues, '') AS continues
  FROM joulecast.seen_run AS run;
)sql";

/// The accounting of jobs tells nodes by the batch system's names, and knows how many there should be.
constexpr const char* version_3 = R"sql(
ALTER TABLE joulecast.run ADD COLUMN IF NOT EXISTS job_node text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE joulecast.run ADD COLUMN IF NOT EXISTS job_nodes bigint;
ALTER TABLE joulecast.run ADD COLUMN IF NOT EXISTS job_start bigint NOT NULL DEFAULT 0;
UPDATE joulecast.run SET job_node = coalesce(info::jsonb -> 'job' ->> 'node', ''),
  job_nodes = (info::jsonb -> 'job' ->> 'node_count')::bigint,
  job_start = coalesce((info::jsonb -> 'job' ->> 'restarts')::bigint, 0)
  WHERE job_id <> '';
CREATE OR REPLACE VIEW joulecast.seen_run AS
  SELECT key, id, name, status, exit_status, started_ns, begin_s, end_s, duration_s,
    CASE WHEN writer = current_user
           OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'joulecast.run'::regclass), 'USAGE')
         THEN command ELSE '[]' END AS command,
    info, host, hostname, place, notes, idle_baseline_w, sampler_cpu_s, owner, heartbeat_ns, total_known, energy_j,
    energy_provenance, energy_missing, not_measured_s, coverage, continues, job_id, job_key, job_user, job_account, job_partition,
    writer, delivery, delivered, job_node, job_nodes, job_start
  FROM joulecast.run;
)sql";

constexpr std::array<Migration, 3> steps{{{1, version_1}, {2, version_2}, {3, version_3}}};

/// The number of the lock that one who migrates holds: "JCst", as in the header of an SQLite store.
constexpr std::int64_t lock_number = 0x4a437374;

/// Nothing if the database has no such schema.
Result<std::optional<std::int64_t>> version_of(Database& database) {
  auto there = database.query(
      "SELECT count(*) FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = "
      "c.relnamespace "
      "WHERE n.nspname = 'joulecast' AND c.relname = 'schema_version'");
  const bool found = there.row() && there.integer(0) > 0;
  if (auto status = there.status(); !status) return propagate(status.error());
  if (!found) return std::nullopt;
  auto row = database.query("SELECT version FROM @schema_version");
  if (row.row()) return row.integer(0);
  if (auto status = row.status(); !status) return propagate(status.error());
  return fail(ErrorKind::malformed, database.where(),
              "the schema joulecast has no version; it was left as it is");
}

Error cannot_make(const Error& error, Database& database, bool is_new) {
  if (error.kind != ErrorKind::denied) return error;
  const auto& role = database.connection().role();
  return {
      ErrorKind::denied,
      is_new
          ? fmt::format("the role {} may not make the schema; its owner can: GRANT CREATE ON DATABASE … TO "
                        "{}, or run packaging/postgresql/roles.sql and GRANT "
                        "joulecast_owner TO {}",
                        role, role, role)
          : fmt::format(
                "the schema is older than this joulecast, and the role {} may not migrate it; GRANT "
                "the role that owns the schema joulecast TO {}, or let its owner run `joulecast doctor`",
                role, role),
      database.where()};
}

/// The tables belong to the role that owns the schema, or is to own it (packaging/postgresql/roles.sql), and
/// not to the member of it who happens to be the first. Roles are the whole server's: that one may be there
/// for another database.
void act_as_owner(Database& database, sql::Transaction& transaction) {
  if (!transaction.ok()) return;
  auto role = database.query(
      "SELECT quote_ident(rolname) FROM pg_catalog.pg_roles WHERE oid = coalesce((SELECT nspowner FROM "
      "pg_catalog.pg_namespace WHERE nspname = 'joulecast'), (SELECT oid FROM pg_catalog.pg_roles WHERE "
      "rolname = "
      "'joulecast_owner' AND has_database_privilege(oid, current_database(), 'CREATE'))) AND rolname <> "
      "current_user AND pg_has_role(current_user, oid, 'MEMBER')");
  const bool found = role.row();
  transaction.require(role.status());
  if (found) transaction.require(database.script(fmt::format("SET LOCAL ROLE {}", role.text(0))));
}

/// Another program may have migrated first, so the version is read again under the lock.
Status migrate(Database& database) {
  sql::Transaction transaction(database);
  transaction.run("SELECT pg_advisory_xact_lock(?)", lock_number);
  if (!transaction.ok()) return transaction.status();
  const auto version = version_of(database);
  if (!version) return propagate(version.error());
  const auto from = version->value_or(0);
  act_as_owner(database, transaction);
  if (!*version) transaction.require(database.script("CREATE SCHEMA IF NOT EXISTS joulecast"));
  for (const auto& step : steps)
    if (step.version > from && transaction.ok()) transaction.require(database.script(step.sql));
  transaction.run(
      *version ? "UPDATE @schema_version SET version = ?" : "INSERT INTO @schema_version VALUES (?)",
      std::int64_t{steps.back().version});
  if (auto done = transaction.commit(); !done)
    return propagate(cannot_make(done.error(), database, !*version));
  return {};
}

}  // namespace

std::span<const Migration> migrations() {
  return steps;
}

Status bring_up_to_date(Database& database, bool may_create) {
  const auto version = version_of(database);
  if (!version) return propagate(version.error());
  if (!*version && !may_create)
    return fail(ErrorKind::unavailable, database.where(), "no run has been stored here yet");
  if (*version > steps.back().version)
    return fail(ErrorKind::malformed, database.where(),
                "a newer joulecast made this store (schema {}, this one knows {}); it was left as it is",
                **version, steps.back().version);
  return *version == steps.back().version ? Status() : migrate(database);
}

}  // namespace joulecast::store::postgres
