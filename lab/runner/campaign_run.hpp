// One call of `lab run`, from the opened journal to the end. For campaign.cpp alone.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lab/runner/campaign.hpp"
#include "lab/runner/held_signals.hpp"
#include "lab/runner/preparation.hpp"

namespace joulecast::lab {

class CampaignRun {
 public:
  CampaignRun(const Plan& plan, const CampaignOptions& options, Journal journal, CampaignWatcher& watcher,
              const HeldSignals& signals)
      : plan_(&plan),
        options_(&options),
        journal_(std::move(journal)),
        watcher_(&watcher),
        signals_(&signals),
        state_(state_of(journal_.records())) {}

  /// Brings the journal up to date with the store and the plan.
  Status resume();
  Result<CampaignResult> run(const MakeExecutor& make_executor);

 private:
  // campaign_resume.cpp
  Status agree_on_store();
  Status take_in(const store::RunStore& store);
  Status take_changes();
  Status take_retry();
  void end_left_processes();
  Status check_quiet(std::vector<std::string>& busy);

  // campaign_run.cpp
  Status record(const Record& record);
  [[nodiscard]] std::vector<std::string> gpus_of(const RunPlace& place) const;
  Status begin_session(const RunPlace& first);
  Status warm_up_for(const RunPlace& first);
  Result<bool> make(const RunPlace& place);
  Status rest_before(const RunPlace& next);
  [[nodiscard]] bool fits_budget(const RunPlace& place);
  [[nodiscard]] Position position_of(const RunPlace& place);
  [[nodiscard]] RunWishes wishes();
  [[nodiscard]] std::optional<int> others_on_gpus(const RunPlace& place, const Position& position) const;
  void add_flags(RunEnded& run) const;
  void tell_drift(const RunEnded& run);
  /// Now, or during an earlier run or wait.
  [[nodiscard]] bool asked_to_end() const { return interrupted_ || signals_->asked_to_end(); }
  CampaignResult result(CampaignEnd end);

  const Plan* plan_;
  const CampaignOptions* options_;
  Journal journal_;
  CampaignWatcher* watcher_;
  const HeldSignals* signals_;
  CampaignState state_;
  std::string store_;
  std::optional<Schedule> schedule_;
  std::optional<Standing> standing_;
  std::unique_ptr<Executor> executor_;
  std::vector<CellForecast> forecasts_;  ///< of each cell
  EarlierRuns earlier_;
  std::optional<Watts> idle_;
  std::size_t made_ = 0;
  bool interrupted_ = false;
  bool over_budget_ = false;
};

}  // namespace joulecast::lab
