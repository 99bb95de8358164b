#include "store/sqlite/schema.hpp"

#include <thread>

#include "store/network_file.hpp"
#include "store/sqlite/lazy_sync.hpp"
#include "store/sqlite/migrations.hpp"

namespace joulecast::store::sqlite {
namespace {

Result<std::int64_t> number_of(Database& database, const char* pragma) {
  auto value = database.integer(pragma);
  if (!value) return propagate(value.error());
  return value->value_or(0);
}

/// Two processes may create the same store at the same time. SQLite does not wait for this one lock, so this
/// function does.
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

/// Another process may have migrated first, so the version is read again inside the transaction.
Status bring_up_to_date(Database& database) {
  Transaction transaction(database);
  if (transaction.ok()) {
    const auto version = number_of(database, "PRAGMA user_version");
    if (!version)
      transaction.require(propagate(version.error()));
    else if (*version < schema_version())
      migrate(database, transaction, *version);
    if (version && *version == 0)
      transaction.require(database.script(fmt::format("PRAGMA application_id = {}", application_id).c_str()));
  }
  return transaction.commit();
}

Status create(Database& database, Durability durability) {
  if (durability == Durability::soon && !is_on_network(database.where()))
    if (auto status = database.set_sync(Sync::never); !status) return status;
  // auto_vacuum must be set before the first table. It lets `rm` return space to the disk.
  if (auto status = database.script("PRAGMA auto_vacuum = INCREMENTAL"); !status) return status;
  // Without the write-ahead log, SQLite's rollback journal protects the file; readers and writers then wait
  // for each other.
  if (!is_on_network(database.where()))
    if (auto status = use_write_ahead_log(database); !status) return status;
  return bring_up_to_date(database);
}

struct Marks {
  std::int64_t application = 0, version = 0, entries = 0;
};

/// Reads in one transaction, so that a store that another process is creating is seen either empty or
/// complete.
Result<Marks> read_marks(Database& database) {
  if (auto status = database.run("BEGIN"); !status) return propagate(status.error());
  Marks marks;
  Status status;
  // The first failure ends it: where locks do not work, SQLite tries each statement for ten seconds.
  for (const auto& [question, mark] : {std::pair{"PRAGMA application_id", &Marks::application},
                                       {"PRAGMA user_version", &Marks::version},
                                       {"SELECT count(*) FROM sqlite_schema", &Marks::entries}}) {
    const auto answer = number_of(database, question);
    if (!answer) {
      status = propagate(answer.error());
      break;
    }
    marks.*mark = *answer;
  }
  const auto ended = database.run("COMMIT");
  if (!status) return propagate(status.error());
  if (!ended) return propagate(ended.error());
  return marks;
}

/// A migrated copy of an older store that may not be changed.
Result<Database> up_to_date_copy(Database& database) {
  auto copy = Database::copy_of(database);
  if (!copy) return copy;
  if (auto status = bring_up_to_date(*copy); !status) return propagate(status.error());
  if (auto status = copy->freeze(); !status) return propagate(status.error());
  return copy;
}

}  // namespace

Result<Database> with_schema(Database database, bool may_create, Durability durability) {
  const auto marks = read_marks(database);
  if (!marks) return propagate(marks.error());
  const auto& [application, version, entries] = *marks;
  if (application == 0 && version == 0 && entries == 0) {
    if (!may_create) return fail(ErrorKind::unavailable, database.where(), "no run has been stored here yet");
    if (auto status = create(database, durability); !status) return propagate(status.error());
  } else if (application != application_id) {
    return fail(ErrorKind::malformed, database.where(),
                "this is another program's database, not a joulecast store; it was left as it is");
  } else if (version > schema_version()) {
    return fail(ErrorKind::malformed, database.where(),
                "a newer joulecast made this store (schema {}, this one knows {}); it was left as it is",
                version, schema_version());
  } else if (version < schema_version()) {
    if (database.is_read_only()) return up_to_date_copy(database);
    if (auto status = bring_up_to_date(database); !status) return propagate(status.error());
  }
  if (auto status = configure(database, durability); !status) return propagate(status.error());
  return database;
}

Status configure(Database& database, Durability durability) {
  if (auto status = database.script("PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 16777216");
      !status)
    return status;
  database.keep_log_from_copies();
  if (durability == Durability::soon && commit_lazily(database)) return choose_sync(database);
  return database.set_sync(Sync::commit);
}

}  // namespace joulecast::store::sqlite
