#include "store/sqlite/sqlite_store.hpp"

#include <utility>

#include "store/sql/sql_store.hpp"
#include "store/sqlite/live_run.hpp"
#include "store/sqlite/open_file.hpp"
#include "store/sqlite/readings_file.hpp"
#include "store/sqlite/sql_run.hpp"

namespace joulecast::store::sqlite {
namespace {

class SqliteStore final : public sql::SqlStore {
 public:
  SqliteStore(std::string path, Database database, OpenOptions options)
      : SqlStore(std::move(path), std::move(options)), database_(std::move(database)) {
    if (!database_.is_read_only()) recover_first();
  }

  [[nodiscard]] Result<SqlTable> query(const SqlRequest& request,
                                       std::span<const ComputedView> computed) const override;
  [[nodiscard]] Result<std::unique_ptr<RunWriter>> record(const trace::Run& header,
                                                          WriterOptions options) override;

 private:
  [[nodiscard]] sql::Database& database() const override { return database_; }
  void forget_beside(const std::string& id) override { remove_readings_beside(location(), id); }
  void give_back_space() override {
    (void)database_.run("PRAGMA incremental_vacuum");  // it comes back now or with the next removal
  }

  mutable Database database_;
};

Result<SqlTable> SqliteStore::query(const SqlRequest& request, std::span<const ComputedView> computed) const {
  const SqlSource source{[this](std::int64_t key) { return row_of(key); },
                         [this](std::int64_t key) { return summary_of(key); }};
  return run_sql(database_, request, computed, source);
}

Result<std::unique_ptr<RunWriter>> SqliteStore::record(const trace::Run& header, WriterOptions given) {
  auto connection = open_again(location(), options());
  if (!connection) return propagate(connection.error());
  auto writer =
      std::make_unique<RunWriter>(std::make_unique<SqliteLiveRun>(std::move(*connection), options()), given);
  writer->begin(begun(header, *options().clock));
  if (const auto status = writer->status(); !status) return propagate(status.error());
  return writer;
}

}  // namespace

Result<std::unique_ptr<RunStore>> open_store(const std::string& path, Access access, OpenOptions options) {
  auto database = open_file(path, access, options);
  if (!database) return propagate(database.error());
  return std::make_unique<SqliteStore>(path, std::move(*database), std::move(options));
}

}  // namespace joulecast::store::sqlite
