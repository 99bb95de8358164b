// Where a campaign stands: the plan against what its journal tells.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/campaign/records.hpp"
#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// The records of a journal, sorted out.
struct CampaignState {
  std::optional<CampaignBegun> begun;
  PlanFacts facts;  ///< of the plan that was used last; empty before the first run
  std::vector<SessionBegun> sessions;
  std::vector<WarmedUp> warm_ups;
  std::vector<CooledDown> cool_downs;
  std::deque<RunEnded> runs;  ///< in the order of their ends; stay where they are
  std::size_t retried = 0;    ///< failures among so many first runs are to be made again
  std::map<std::string, std::size_t> retried_cells;  ///< the same, of a cell, by its id
  bool without_journal = false;                      ///< its runs are those of the store
  std::vector<RunBegun> unclear;  ///< begun, and nothing more is known: the lab was killed meanwhile
};

[[nodiscard]] CampaignState state_of(const std::vector<Record>& records);
void add(CampaignState& state, const Record& record);

/// What has become of one cell. Pointers are into CampaignState::runs.
struct CellState {
  std::vector<const RunEnded*> finished;  ///< one for each repetition that is done, by repetition
  std::vector<const RunEnded*> failed;    ///< repetitions that ended otherwise, for good; their last attempt
  int attempts = 0;                       ///< all runs of it that have ended
  bool given_up = false;                  ///< so many repetitions failed that no more are made
  [[nodiscard]] std::size_t settled() const { return finished.size() + failed.size(); }
};

/// The plan's runs as they stand. Runs of cells that the plan no longer has are left out, and counted.
class Standing {
 public:
  /// Both must outlive this object.
  Standing(const Plan& plan, const CampaignState& state);
  /// Takes a run that was added to the state since.
  void take(const RunEnded& run);

  [[nodiscard]] const CellState& cell(std::size_t index) const { return cells_[index]; }
  /// Whether the repetition needs no further run.
  [[nodiscard]] bool is_settled(std::size_t index, int repetition) const;
  /// The number of the attempt that would come next; from 1.
  [[nodiscard]] int next_attempt(std::size_t index, int repetition) const;
  [[nodiscard]] const std::vector<const RunEnded*>& references() const { return references_; }
  /// Runs of the plan's cells since the last reference; nothing while there was no reference.
  [[nodiscard]] std::optional<int> runs_since_reference() const { return since_reference_; }
  /// Finished runs of cells that are no longer in the plan.
  [[nodiscard]] std::size_t strangers() const { return strangers_; }
  /// Which reference comes next.
  [[nodiscard]] RunPlace next_reference() const;
  /// Of all runs, warm-ups and cool-downs, whatever became of them; runs without a figure are counted apart.
  [[nodiscard]] Joules spent() const;
  [[nodiscard]] Joules spent_between_runs() const;  ///< of it, by warming up and cooling down
  [[nodiscard]] std::size_t without_energy() const { return without_energy_; }

 private:
  struct Repetition {
    const RunEnded* last = nullptr;
    int attempts = 0;  ///< that count: not those that were interrupted
    int all = 0;
  };
  /// `retried`: somebody wished it to be made again if it failed.
  void count(const RunEnded& run, bool retried);
  void settle(std::size_t index);
  [[nodiscard]] bool is_settled(const Repetition& repetition) const;

  const Plan* plan_;
  const CampaignState* state_;
  std::map<std::string, std::size_t> places_;
  std::vector<CellState> cells_;
  std::vector<std::map<int, Repetition>> repetitions_;
  std::vector<const RunEnded*> references_;
  std::optional<int> since_reference_;
  std::size_t strangers_ = 0;
  Joules spent_{0};  ///< of the runs
  std::size_t without_energy_ = 0;
};

/// What of the plan a result depends on, beside its levels: the command, the environments, the variables ….
[[nodiscard]] PlanFacts facts_of(const Plan& plan);
/// The keys whose facts differ, by name.
[[nodiscard]] std::vector<std::string> changed_facts(const PlanFacts& before, const PlanFacts& now);

}  // namespace joulecast::lab
