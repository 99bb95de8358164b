// A store in an SQL database: all of RunStore that does not depend on which. Internal to the store.
#pragma once

#include "store/liveness.hpp"
#include "store/run_store.hpp"
#include "store/sql/database.hpp"
#include "store/sql/records.hpp"

namespace joulecast::store::sql {

class SqlStore : public RunStore {
 public:
  [[nodiscard]] const std::string& location() const override { return location_; }
  [[nodiscard]] const std::vector<std::string>& recovered() const override { return recovered_; }

  [[nodiscard]] Result<RunChoice> resolve(std::string_view reference) const override;
  [[nodiscard]] Result<std::vector<RunRow>> find(const RunQuery& query) const override;
  [[nodiscard]] Result<std::size_t> count(const RunQuery& query) const override;
  [[nodiscard]] Result<RunSums> sums(const std::vector<std::string>& tags,
                                     const RunQuery& query) const override;
  [[nodiscard]] Status each_job_run(const JobQuery& query, const JobRunVisitor& visit) const override;
  [[nodiscard]] Result<RunRow> row(std::string_view reference) const override;
  [[nodiscard]] Result<trace::Run> load(std::string_view reference) const override;
  [[nodiscard]] Result<trace::Run> summary(std::string_view reference) const override;
  [[nodiscard]] Result<std::optional<WallTime>> last_heard(std::string_view reference) const override;

  [[nodiscard]] std::unique_ptr<RunImport> import() override;
  [[nodiscard]] Status remove(std::string_view reference, bool even_if_running) override;
  [[nodiscard]] Status tag(std::string_view reference,
                           const std::map<std::string, std::string>& tags) override;
  [[nodiscard]] Status rename(std::string_view reference, const std::string& name) override;
  [[nodiscard]] Result<std::vector<std::string>> recover(bool even_if_silent) override {
    return close_ended(even_if_silent);
  }

 protected:
  SqlStore(std::string location, OpenOptions options)
      : location_(std::move(location)), options_(std::move(options)) {}

  [[nodiscard]] virtual Database& database() const = 0;
  /// The run has ended or was removed: what was kept of it beside the tables is not needed any more.
  virtual void forget_beside(const std::string& /*id*/) {}
  /// A run was removed.
  virtual void give_back_space() {}

  /// Closes the runs whose process has died, for the constructor of a store that may be written. If it fails,
  /// another command will do it: a damaged run must not prevent access to the others.
  void recover_first() {
    if (auto closed = close_ended(/*even_if_silent=*/false)) recovered_ = std::move(*closed);
  }
  [[nodiscard]] Result<RunRow> row_of(std::int64_t key) const;
  [[nodiscard]] Result<trace::Run> summary_of(std::int64_t key) const;
  [[nodiscard]] const OpenOptions& options() const { return options_; }

 private:
  using Reader = Result<trace::Run> (*)(Database& database, std::int64_t run);
  [[nodiscard]] Result<trace::Run> read(std::string_view reference, Reader reader) const;
  [[nodiscard]] Result<trace::Run> as_seen(std::int64_t key, Result<trace::Run> run) const;
  [[nodiscard]] Liveness liveness(const RunHead& head) const;
  [[nodiscard]] Result<std::vector<std::int64_t>> dead_runs() const;
  [[nodiscard]] Status add_what_runs_so_far(std::int64_t key, RunRow& row) const;
  [[nodiscard]] Result<std::vector<std::string>> close_ended(bool even_if_silent);
  [[nodiscard]] Result<RunHead> lock_own(Transaction& transaction, std::int64_t key,
                                         std::string_view reference) const;
  [[nodiscard]] bool has_ended(const RunHead& head, bool even_if_silent) const;
  [[nodiscard]] Result<bool> close_if_ended(std::int64_t key, bool even_if_silent);

  std::string location_;
  OpenOptions options_;
  std::vector<std::string> recovered_;
};

}  // namespace joulecast::store::sql
