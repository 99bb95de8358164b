#include "store/schema.hpp"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <thread>

namespace joulecast::store {
namespace {

constexpr const char* tables = R"sql(
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

Result<std::int64_t> number_of(Database& database, const char* pragma) {
  auto value = database.integer(pragma);
  if (!value) return propagate(value.error());
  return value->value_or(0);
}

/// The write-ahead log lives in memory that all users of the file share: over a network there is none, and
/// two machines would damage the file. (statfs(2); the numbers are those of the kernel's linux/magic.h and of
/// the file systems' own headers.)
bool is_on_network(const std::string& file) {
  struct statfs info {};
  const auto folder = std::filesystem::path(file).parent_path();
  if (::statfs(folder.empty() ? "." : folder.c_str(), &info) != 0) return false;
  constexpr std::array<std::uint32_t, 8> network{0x6969,       // NFS
                                                 0xff534d42,   // CIFS
                                                 0xfe534d42,   // SMB2
                                                 0x0bd00bd0,   // Lustre
                                                 0x47504653,   // GPFS
                                                 0x19830326,   // BeeGFS
                                                 0x00c36400,   // Ceph
                                                 0x5346414f};  // AFS
  return std::ranges::find(network, static_cast<std::uint32_t>(info.f_type)) != network.end();
}

/// Two processes that make the same store at once: SQLite does not wait for this one lock, so we do.
Status use_write_ahead_log(Database& database) {
  constexpr int tries = 50;
  Status status;
  for (int i = 0; i < tries; ++i) {
    status = database.run("PRAGMA journal_mode = WAL");
    if (status || status.error().kind != ErrorKind::retry) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return status;
}

Status create(Database& database) {
  // auto_vacuum has to be said before the first table: `rm` gives its space back to the disk.
  if (auto status = database.script("PRAGMA auto_vacuum = INCREMENTAL"); !status) return status;
  // Without the log SQLite's own journal keeps the file whole; readers and writers then wait for each other.
  if (!is_on_network(database.where()))
    if (auto status = use_write_ahead_log(database); !status) return status;
  Transaction transaction(database);
  if (transaction.ok()) {
    const auto version = number_of(database, "PRAGMA user_version");  // another process may have been quicker
    if (version && *version == 0) {
      transaction.require(database.script(tables));
      transaction.require(database.script(
          fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, schema_version)
              .c_str()));
    } else if (!version) {
      transaction.require(propagate(version.error()));
    }
  }
  return transaction.commit();
}

}  // namespace

Status ensure_schema(Database& database, bool may_create) {
  // One transaction, so that a store which another process is just making is seen either empty or whole.
  if (auto status = database.run("BEGIN"); !status) return status;
  const auto application = number_of(database, "PRAGMA application_id");
  const auto version = number_of(database, "PRAGMA user_version");
  const auto entries = number_of(database, "SELECT count(*) FROM sqlite_schema");
  auto ended = database.run("COMMIT");
  for (const auto* read : {&application, &version, &entries})
    if (!*read) return propagate(read->error());
  if (!ended) return ended;

  if (*application == 0 && *version == 0 && *entries == 0) {
    if (!may_create) return fail(ErrorKind::unavailable, database.where(), "no run has been stored here yet");
    if (auto status = create(database); !status) return status;
  } else if (*application != application_id) {
    return fail(ErrorKind::malformed, database.where(),
                "this is another program's database, not a joulecast store; it was left as it is");
  } else if (*version > schema_version) {
    return fail(ErrorKind::malformed, database.where(),
                "a newer joulecast made this store (schema {}, this one knows {}); it was left as it is",
                *version, schema_version);
  }
  // FULL: a commit survives the machine's sudden end, not only ours.
  return database.script(
      "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 16777216");
}

}  // namespace joulecast::store
