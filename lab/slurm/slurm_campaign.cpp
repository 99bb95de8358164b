#include "lab/slurm/slurm_campaign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "lab/plan/order.hpp"
#include "lab/plan/read_plan.hpp"
#include "lab/runner/pause.hpp"
#include "lab/runner/resume.hpp"
#include "lab/slurm/batch.hpp"
#include "lab/tasks/ledger.hpp"
#include "run/program_file.hpp"

namespace joulecast::lab {
namespace {

/// A task that was submitted and whose end is not in the journal.
struct Pending {
  RunPlace place;
  SlurmTask task;
  int batch = 0;
  bool was_missing = false;  ///< from the queue when it was last asked
};

class SlurmRun {
 public:
  SlurmRun(const Plan& plan, NeedsMore needs_more, const SlurmOptions& slurm, Ledger ledger,
           CampaignWatcher& watcher)
      : plan_(&plan),
        needs_more_(std::move(needs_more)),
        slurm_(&slurm),
        ledger_(std::move(ledger)),
        watcher_(&watcher) {
    for (std::size_t i = 0; i < plan.cells.size(); ++i) cells_[plan.cells[i].id] = i;
  }

  Result<CampaignResult> run() {
    const auto before = ledger_.state().runs.size();
    if (const auto known = find_pending(); !known) return propagate(known.error());
    Pause pause;
    for (;;) {
      if (const auto taken = take_in(); !taken) return propagate(taken.error());
      if (const auto submitted = submit_ready(); !submitted) return propagate(submitted.error());
      if (pending_.empty()) break;
      tell();
      if (!pause.wait(slurm_->poll)) return interrupted(before);
    }
    if (!left_alone_.empty()) {
      watcher_->says(fmt::format("{} task{} cancelled or preempted; the same command submits {} again",
                                 left_alone_.size(), left_alone_.size() == 1 ? " was" : "s were",
                                 left_alone_.size() == 1 ? "it" : "them"));
      return result(CampaignEnd::interrupted, before);
    }
    return result(CampaignEnd::all_done, before);
  }

 private:
  [[nodiscard]] std::string task_store() const {
    return ledger_.store().find("://") != std::string::npos ? ledger_.store() : std::string();
  }

  CampaignResult result(CampaignEnd end, std::size_t before) {
    return {end, ledger_.state().runs.size() - before, ledger_.state()};
  }

  Result<CampaignResult> interrupted(std::size_t before) {
    std::set<std::string> jobs;
    for (const auto& pending : pending_) jobs.insert(pending.task.job);
    watcher_->says(
        fmt::format("the jobs go on in Slurm (scancel {} ends them); the same command takes in what "
                    "they bring",
                    fmt::join(jobs, " ")));
    return result(CampaignEnd::interrupted, before);
  }

  Status find_pending() {
    const auto batches = read_batches(*plan_);
    if (!batches) return propagate(batches.error());
    for (const auto& batch : *batches) {
      next_batch_ = batch.number + 1;
      if (batch.job.empty()) continue;  // it was never submitted
      for (std::size_t i = 0; i < batch.places.size(); ++i)
        if (!ledger_.has(batch.places[i]) && cells_.contains(batch.places[i].cell))
          pending_.push_back({batch.places[i], {batch.job, static_cast<int>(i)}, batch.number, false});
    }
    return {};
  }

  void forget_ended() {
    std::erase_if(pending_, [&](const Pending& pending) { return ledger_.has(pending.place); });
  }

  /// Results, and ends without one. A task counts as ended when it was twice missing from the queue: its
  /// result may reach us later than Slurm's word over a network file system.
  Status take_in() {
    if (const auto taken = ledger_.take_in_results(); !taken) return propagate(taken.error());
    forget_ended();
    if (pending_.empty()) return {};
    const auto queue = tasks_in_queue();
    if (!queue) {
      watcher_->says("Slurm does not answer: " + to_string(queue.error()));
      return {};
    }
    running_ = 0;
    for (auto& pending : pending_) {
      const auto found = queue->find(pending.task);
      if (found != queue->end()) {
        pending.was_missing = false;
        running_ += found->second == "PENDING" ? 0 : 1;
      } else if (!pending.was_missing) {
        pending.was_missing = true;
      } else if (const auto ended = take_in_failure(pending); !ended) {
        return ended;
      }
    }
    forget_ended();
    return {};
  }

  Status take_in_failure(const Pending& pending) {
    const auto log = log_of(*plan_, pending.batch, pending.task.index).string();
    const auto [outcome, reason] = judge(end_of(pending.task), log);
    if (outcome == Outcome::interrupted) left_alone_.insert(repetition_of(pending.place));
    return ledger_.take_in_failure(pending.place, outcome, reason);
  }

  static std::pair<std::string, int> repetition_of(const RunPlace& place) {
    return {place.cell, place.repetition};
  }

  /// Runs that can be submitted now. Repetitions beyond the least number come one by one, since the others'
  /// results decide whether they are needed.
  std::vector<RunPlace> ready() const {
    const auto standing = ledger_.standing();
    std::set<std::pair<std::string, int>> busy(left_alone_);
    std::set<std::string> waiting;  // cells with a run under way
    for (const auto& pending : pending_) {
      busy.insert(repetition_of(pending.place));
      waiting.insert(pending.place.cell);
    }
    std::vector<RunPlace> places;
    for (int block = 1; block <= plan_->repetitions.at_most; ++block)
      for (const auto cell : order_of_block(*plan_, block)) {
        const auto& id = plan_->cells[cell].id;
        if (standing.cell(cell).given_up || standing.is_settled(cell, block) || busy.contains({id, block}))
          continue;
        const bool on_demand = block > plan_->repetitions.at_least && needs_more_;
        if (on_demand && (waiting.contains(id) || !needs_more_(cell, standing))) continue;
        places.push_back({Role::cell, id, block, standing.next_attempt(cell, block)});
        waiting.insert(id);
      }
    return places;
  }

  Status submit_ready() {
    std::map<const Environment*, std::vector<RunPlace>> by_environment;
    for (auto& place : ready()) {
      const auto& cell = plan_->cells[cells_.at(place.cell)];
      by_environment[plan_->environment_of(cell)].push_back(std::move(place));
    }
    if (!by_environment.empty() && largest_ == 0) largest_ = largest_array();
    for (const auto& [environment, places] : by_environment)
      for (std::size_t begin = 0; begin < places.size(); begin += largest_) {
        const auto end = std::min(places.size(), begin + largest_);
        Batch batch{next_batch_++,
                    {places.begin() + static_cast<std::ptrdiff_t>(begin),
                     places.begin() + static_cast<std::ptrdiff_t>(end)},
                    {}};
        if (const auto ok = submit_batch(*plan_, batch, environment, slurm_->program, task_store()); !ok)
          return ok;
        watcher_->says(fmt::format("Slurm's job {} has {} run{}{}", batch.job, batch.places.size(),
                                   batch.places.size() == 1 ? "" : "s",
                                   environment == nullptr ? "" : " in " + environment->name));
        for (std::size_t i = 0; i < batch.places.size(); ++i)
          pending_.push_back({batch.places[i], {batch.job, static_cast<int>(i)}, batch.number, false});
      }
    return {};
  }

  void tell() {
    watcher_->waits(
        fmt::format("{} runs under way in Slurm, {} of them on a node", pending_.size(), running_),
        Seconds{0});
  }

  const Plan* plan_;
  NeedsMore needs_more_;
  const SlurmOptions* slurm_;
  Ledger ledger_;
  CampaignWatcher* watcher_;
  std::map<std::string, std::size_t> cells_;
  std::vector<Pending> pending_;
  std::set<std::pair<std::string, int>> left_alone_;  ///< for this call
  std::size_t running_ = 0;
  std::size_t largest_ = 0;
  int next_batch_ = 1;
};

Status check(const Plan& plan, CampaignWatcher& watcher) {
  for (const auto* command : {"sbatch", "squeue", "scontrol"})
    if (run::find_program(command).empty())
      return fail_field("executor", "slurm needs Slurm's commands: there is no {} on the PATH", command);
  if (plan.energy_budget)
    return fail(ErrorKind::invalid, plan.at(plan.lines.energy_budget),
                "energy_budget: cannot be kept by --executor slurm, where many nodes use energy at once");
  if (plan.reference) watcher.says("the reference is not repeated: in Slurm each run may have another node");
  if (plan.cool_down) watcher.says("there is no cool-down: in Slurm other jobs may follow on a node");
  return check_programs(plan);
}

}  // namespace

Result<CampaignResult> run_on_slurm(const Plan& plan, const CampaignOptions& options,
                                    const SlurmOptions& slurm, CampaignWatcher& watcher) {
  if (const auto ok = check(plan, watcher); !ok) return propagate(ok.error());
  auto ledger = Ledger::open(plan, options.store, watcher);
  if (!ledger) return propagate(ledger.error());
  if (const auto wished = options.retry ? retry_of(plan, ledger->state(), options.retry_cells) : std::nullopt)
    if (const auto written = ledger->record(*wished); !written) return propagate(written.error());
  auto needs_more = options.needs_more ? Result<NeedsMore>(options.needs_more) : needs_more_by_rule(plan);
  if (!needs_more) return propagate(needs_more.error());
  return SlurmRun(plan, std::move(*needs_more), slurm, std::move(*ledger), watcher).run();
}

}  // namespace joulecast::lab
