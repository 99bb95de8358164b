// A campaign's journal and store, for runs that are carried out elsewhere: what tasks have left in their
// folder is taken into both.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "lab/campaign/journal.hpp"
#include "lab/runner/campaign.hpp"
#include "lab/tasks/task_folder.hpp"

namespace joulecast::lab {

class Ledger {
 public:
  /// Opens the journal and writes down what has changed in the plan. `store` as in CampaignOptions. Errors as
  /// run_campaign(). The plan and the watcher must outlive this object.
  [[nodiscard]] static Result<Ledger> open(const Plan& plan, const std::string& store,
                                           CampaignWatcher& watcher);

  [[nodiscard]] const CampaignState& state() const { return state_; }
  /// Valid until the next change.
  [[nodiscard]] Standing standing() const { return {*plan_, state_}; }
  /// Of the campaign. An address that all machines reach, or a file.
  [[nodiscard]] const std::string& store() const { return store_; }
  [[nodiscard]] bool has(const RunPlace& place) const;
  [[nodiscard]] Status record(const Record& record);

  /// All results in the folder that the journal does not have. How many.
  [[nodiscard]] Result<std::size_t> take_in_results();
  /// A task that has ended without a result: what the scheduler says of it, and what its store has.
  [[nodiscard]] Status take_in_failure(const RunPlace& place, Outcome outcome, const std::string& reason);

 private:
  Ledger(const Plan& plan, Journal journal, CampaignWatcher& watcher)
      : plan_(&plan),
        journal_(std::move(journal)),
        watcher_(&watcher),
        folder_(plan.home),
        state_(state_of(journal_.records())) {}
  [[nodiscard]] Status begin();
  [[nodiscard]] Status agree(const std::string& store);
  [[nodiscard]] Status take_in(RunEnded record);
  [[nodiscard]] Status fill_from_store(RunEnded& record) const;
  [[nodiscard]] Status finish(const RunEnded& run);
  [[nodiscard]] Status write_down(RunEnded record);

  const Plan* plan_;
  Journal journal_;
  CampaignWatcher* watcher_;
  TaskFolder folder_;
  CampaignState state_;
  std::string store_;
  std::set<std::string> ended_;  ///< name_of() of each place whose end is in the journal
};

/// What tasks have left beside the plan, taken into its journal and store, which are closed again; 0 where no
/// task ever ran. Errors as Ledger::open().
[[nodiscard]] Result<std::size_t> collect_results(const Plan& plan, const std::string& store,
                                                  CampaignWatcher& watcher);

}  // namespace joulecast::lab
