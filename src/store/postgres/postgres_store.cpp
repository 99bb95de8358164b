#include "store/postgres/postgres_store.hpp"

#include <random>

#include "base/secrets.hpp"
#include "store/postgres/delivery.hpp"
#include "store/postgres/live_run.hpp"
#include "store/postgres/migrations.hpp"
#include "store/postgres/sql_run.hpp"
#include "store/run_id.hpp"
#include "store/sql/sql_store.hpp"

namespace joulecast::store::postgres {
namespace {

class PostgresStore final : public sql::SqlStore {
 public:
  PostgresStore(std::string url, Database database, Access access, OpenOptions options)
      : SqlStore(database.where(), std::move(options)), url_(std::move(url)), database_(std::move(database)) {
    if (access == Access::look) return;
    deliver_waiting(database_, location());
    recover_first();
  }

  [[nodiscard]] Result<SqlTable> query(const SqlRequest& request,
                                       std::span<const ComputedView> computed) const override {
    return run_sql(database_, request, computed, [this](std::int64_t key) { return summary_of(key); });
  }
  [[nodiscard]] Result<std::unique_ptr<RunWriter>> record(const trace::Run& header,
                                                          WriterOptions writer) override {
    return record_in(url_, header, options(), std::move(writer));
  }

 private:
  [[nodiscard]] sql::Database& database() const override { return database_; }

  std::string url_;
  mutable Database database_;
};

/// Many machines begin runs in the same second, so their ids have four more characters than those in a file.
trace::Run begun_among_many(const trace::Run& header, const Clock& clock) {
  auto run = begun(header, clock);
  const auto more = make_run_id(*run.started, std::random_device{}());
  run.info.id += more.substr(more.rfind('-'));
  return run;
}

/// Tells one run from all others, also where ids are equal.
std::string make_token() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

}  // namespace

Result<std::unique_ptr<RunStore>> open_store(const std::string& url, Access access, OpenOptions options) {
  const auto where = without_secrets(url);
  auto connection = Connection::open(url, where, {.patience = options.patience});
  if (!connection) return propagate(connection.error());
  Database database(std::move(*connection), where, options.busy_timeout);
  const bool may_create =
      access == Access::write || (access == Access::read && !waiting_journals(where).empty());
  if (auto ready = bring_up_to_date(database, may_create); !ready) return propagate(ready.error());
  return std::make_unique<PostgresStore>(url, std::move(database), access, std::move(options));
}

Result<std::unique_ptr<RunWriter>> record_in(const std::string& url, const trace::Run& header,
                                             OpenOptions options, WriterOptions writer_options) {
  const auto run = begun_among_many(header, *options.clock);
  auto journal =
      JournalFile::create({without_secrets(url), run.info.id, make_token(), current_owner(options.roots)});
  if (!journal) return propagate(journal.error());
  auto live = std::make_unique<PostgresLiveRun>(url, std::move(*journal), std::move(options));
  auto writer = std::make_unique<RunWriter>(std::move(live), std::move(writer_options));
  writer->begin(run);
  if (const auto status = writer->status(); !status) return propagate(status.error());
  return writer;
}

}  // namespace joulecast::store::postgres
