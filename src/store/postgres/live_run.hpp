// Writes a running run to its journal, from which another thread brings it to the server. Internal to the
// store.
#pragma once

#include <map>

#include "store/live_run.hpp"
#include "store/postgres/deliverer.hpp"
#include "store/run_store.hpp"

namespace joulecast::store::postgres {

class PostgresLiveRun final : public LiveRun {
 public:
  PostgresLiveRun(std::string url, JournalFile journal, OpenOptions options);

  void begin(const trace::Run& header) override { header_ = header; }
  /// Waits for the server only with a closing, for as long as the patience says.
  [[nodiscard]] Status commit(const Pending& pending, const std::optional<Closing>& closing) override;
  /// A commit is as cheap.
  [[nodiscard]] Status append(const Pending& readings) override;
  [[nodiscard]] Status look() override { return {}; }
  [[nodiscard]] Result<bool> move_to(const std::string& store, Leaving why) override;
  void set_patience(Seconds patience) override { patience_ = patience; }
  [[nodiscard]] const std::string& where() const override { return where_; }
  [[nodiscard]] std::optional<Waiting> waiting() const override;

 private:
  [[nodiscard]] JournalEntry entry_of(const Pending& pending, const std::optional<Closing>& closing);
  void wait_for_delivery();

  std::string where_;
  OpenOptions options_;
  Seconds patience_{5};
  trace::Run header_;
  std::vector<trace::Channel> channels_;
  std::vector<std::string> told_notes_;  ///< besides the header's
  std::int64_t number_ = 0;              ///< of the last entry
  bool closed_ = false;                  ///< the last entry ends the run
  bool done_ = false;                    ///< and the server has it
  Deliverer deliverer_;
};

}  // namespace joulecast::store::postgres
