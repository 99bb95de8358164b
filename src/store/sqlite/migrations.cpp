#include "store/sqlite/migrations.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/secrets.hpp"
#include "store/documents.hpp"

namespace joulecast::store::sqlite {
namespace {

constexpr const char* version_1 = R"sql(
CREATE TABLE run (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL,
  exit_status INTEGER,
  started_ns INTEGER,
  begin_s REAL NOT NULL DEFAULT 0,
  end_s REAL NOT NULL DEFAULT 0,
  command TEXT NOT NULL DEFAULT '[]',
  info TEXT NOT NULL DEFAULT '{}',
  host TEXT NOT NULL DEFAULT '{}',
  place TEXT NOT NULL DEFAULT '{}',
  notes TEXT NOT NULL DEFAULT '[]',
  idle_baseline_w REAL,
  sampler_cpu_s REAL NOT NULL DEFAULT 0,
  owner TEXT NOT NULL DEFAULT '{}',
  heartbeat_ns INTEGER,
  total_known INTEGER NOT NULL DEFAULT 0,
  energy_j REAL,
  energy_provenance TEXT NOT NULL DEFAULT 'missing',
  energy_missing TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX run_by_start ON run (started_ns);
CREATE INDEX run_by_name ON run (name) WHERE name <> '';
CREATE INDEX run_open ON run (status) WHERE status = 'running';
CREATE TABLE tag (
  run INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE channel (
  run INTEGER NOT NULL, number INTEGER NOT NULL, description TEXT NOT NULL, PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE TABLE gap (
  run INTEGER NOT NULL, channel INTEGER NOT NULL, begin_s REAL NOT NULL, end_s REAL NOT NULL,
  PRIMARY KEY (run, channel, begin_s)
) WITHOUT ROWID;
CREATE TABLE epoch (
  run INTEGER NOT NULL, place INTEGER NOT NULL, number INTEGER NOT NULL, begin_s REAL NOT NULL, end_s REAL NOT NULL,
  work REAL, energy_j REAL, metrics TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (run, place)
) WITHOUT ROWID;
CREATE TABLE metric (
  key INTEGER PRIMARY KEY, run INTEGER NOT NULL, time_s REAL NOT NULL, epoch INTEGER, name TEXT NOT NULL, value REAL
);
CREATE INDEX metric_of_run ON metric (run);
CREATE TABLE projection (
  key INTEGER PRIMARY KEY, run INTEGER NOT NULL, time_s REAL NOT NULL, share REAL NOT NULL, method TEXT NOT NULL,
  total_j REAL NOT NULL, low_j REAL, high_j REAL, ready INTEGER NOT NULL
);
CREATE INDEX projection_of_run ON projection (run);
CREATE TABLE sensor (
  run INTEGER NOT NULL, name TEXT NOT NULL, used INTEGER NOT NULL, reason TEXT NOT NULL, readings INTEGER NOT NULL,
  failed_readings INTEGER NOT NULL, mean_latency_s REAL NOT NULL, max_latency_s REAL NOT NULL, PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE journal (
  run INTEGER NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (run, number)
);
CREATE TABLE chunk (
  run INTEGER NOT NULL, channel INTEGER NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL,
  count INTEGER NOT NULL, first_value REAL NOT NULL, last_value REAL NOT NULL, integral REAL NOT NULL,
  times INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY (run, channel, first_us)
) WITHOUT ROWID;
CREATE TABLE block (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
)sql";

/// Allows finding runs by name, tag, status and host, and sorting by energy and duration, without reading all
/// of them.
constexpr const char* version_2 = R"sql(
ALTER TABLE run ADD COLUMN hostname TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN duration_s REAL;
UPDATE run SET hostname = coalesce(json_extract(host, '$.hostname'), '') WHERE json_valid(host);
UPDATE run SET duration_s = end_s - begin_s WHERE status <> 'running';
DROP INDEX run_by_name;
DROP INDEX run_open;
CREATE INDEX run_by_name ON run (name, started_ns);
CREATE INDEX run_by_status ON run (status, started_ns);
CREATE INDEX run_by_host ON run (hostname, started_ns);
CREATE INDEX run_by_energy ON run (energy_j);
CREATE INDEX run_by_duration ON run (duration_s);
CREATE INDEX tag_by_value ON tag (name, value);
)sql";

/// Phases of a run, the progress within them, and named windows.
constexpr const char* version_3 = R"sql(
CREATE TABLE phase (
  run INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL, begin_s REAL NOT NULL,
  end_s REAL NOT NULL, work REAL NOT NULL, total_work REAL, energy_j REAL, PRIMARY KEY (run, place)
) WITHOUT ROWID;
CREATE TABLE progress (
  run INTEGER NOT NULL, phase INTEGER NOT NULL, part INTEGER NOT NULL, times BLOB NOT NULL, work BLOB NOT NULL,
  PRIMARY KEY (run, phase, part)
);
CREATE TABLE window (
  run INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, begin_s REAL NOT NULL, end_s REAL NOT NULL,
  PRIMARY KEY (run, place)
) WITHOUT ROWID;
ALTER TABLE epoch ADD COLUMN phase INTEGER NOT NULL DEFAULT 0;
)sql";

/// How much of a run's time was measured, and how much its total leaves out.
constexpr const char* version_4 = R"sql(
ALTER TABLE run ADD COLUMN not_measured_s REAL;
ALTER TABLE run ADD COLUMN coverage REAL;
)sql";

/// Trainings of several segments: which run a segment goes on with, and what had been done when it began. And
/// the batch system's jobs: run_by_job holds all that their accounting needs, so that it reads no run.
constexpr const char* version_5 = R"sql(
ALTER TABLE run ADD COLUMN continues TEXT NOT NULL DEFAULT '';
CREATE INDEX run_by_continued ON run (continues) WHERE continues <> '';
ALTER TABLE phase ADD COLUMN done_before REAL;
ALTER TABLE run ADD COLUMN job_id TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN job_key TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN job_user TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN job_account TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN job_partition TEXT NOT NULL DEFAULT '';
CREATE INDEX run_by_job ON run (job_id, started_ns, hostname, job_user, job_account, job_partition, status, begin_s,
  end_s, energy_j, energy_provenance, coverage, not_measured_s, place, id) WHERE job_id <> '';
CREATE INDEX run_by_job_key ON run (job_key, started_ns) WHERE job_key <> '';
)sql";

/// A search reads these texts of all runs from this index, and not all else that is known of a run. The last
/// is architecture_in_info.
constexpr const char* version_6 = R"sql(
CREATE INDEX run_by_text ON run (started_ns, id, name, command,
  CASE WHEN instr(info, '"architecture":"') > 0 THEN substr(info, instr(info, '"architecture":"') + 16,
    instr(substr(info, instr(info, '"architecture":"') + 16), '"') - 1) END);
)sql";

/// Sums over many runs read all they need from the first. The second is the order of the runs by duration
/// (order_of() in sql/run_list.cpp): one that an older joulecast closed has no duration_s.
constexpr const char* version_7 = R"sql(
CREATE INDEX run_by_sum ON run (started_ns, status, hostname, energy_j, id);
DROP INDEX run_by_duration;
CREATE INDEX run_by_duration ON run (coalesce(duration_s, CASE WHEN status <> 'running' THEN end_s - begin_s END));
)sql";

/// The accounting of jobs tells nodes by the batch system's names, and knows how many there should be.
constexpr const char* version_8 = R"sql(
ALTER TABLE run ADD COLUMN job_node TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN job_nodes INTEGER;
ALTER TABLE run ADD COLUMN job_start INTEGER NOT NULL DEFAULT 0;
DROP INDEX run_by_job;
CREATE INDEX run_by_job ON run (job_id, started_ns, hostname, job_user, job_account, job_partition, status, begin_s,
  end_s, energy_j, energy_provenance, coverage, not_measured_s, place, id, job_key, job_node, job_nodes, job_start)
  WHERE job_id <> '';
)sql";

/// They were in the run's description alone.
void put_nodes(Transaction& transaction) {
  if (!transaction.ok()) return;
  std::vector<std::pair<std::int64_t, trace::Job>> jobs;
  auto rows = transaction.database().query("SELECT key, info FROM run WHERE job_id <> ''");
  while (rows.row()) {
    trace::RunInfo info;
    from_document(rows.text(1), info);
    jobs.emplace_back(rows.integer(0), info.job);
  }
  transaction.require(rows.status());
  for (const auto& [key, job] : jobs)
    transaction.run("UPDATE run SET job_node = ?, job_nodes = ?, job_start = ? WHERE key = ?", job.node,
                    job.node_count, job.restarts.value_or(0), key);
}

/// Earlier versions kept command lines with the secrets in them.
void hide_secrets(Transaction& transaction) {
  if (!transaction.ok()) return;
  std::vector<std::pair<std::int64_t, std::string>> changed;
  auto rows = transaction.database().query("SELECT key, command FROM run");
  while (rows.row()) {
    std::vector<std::string> command;
    from_document(rows.text(1), command);
    if (auto hidden = without_secrets(command); hidden != command)
      changed.emplace_back(rows.integer(0), to_document(hidden));
  }
  transaction.require(rows.status());
  for (const auto& [key, command] : changed)
    transaction.run("UPDATE run SET command = ? WHERE key = ?", command, key);
}

constexpr std::array<Migration, 8> steps{{{1, version_1},
                                          {2, version_2},
                                          {3, version_3, hide_secrets},
                                          {4, version_4},
                                          {5, version_5},
                                          {6, version_6},
                                          {7, version_7},
                                          {8, version_8, put_nodes}}};

}  // namespace

std::span<const Migration> migrations() {
  return steps;
}

int schema_version() {
  return steps.back().version;
}

void migrate(Database& database, Transaction& transaction, std::int64_t version) {
  for (const auto& step : steps)
    if (step.version > version && transaction.ok()) {
      transaction.require(database.script(step.sql));
      if (step.then != nullptr) step.then(transaction);
    }
  if (transaction.ok())
    transaction.require(database.script(fmt::format("PRAGMA user_version = {}", schema_version()).c_str()));
}

}  // namespace joulecast::store::sqlite
