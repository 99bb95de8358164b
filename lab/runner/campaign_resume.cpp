#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <thread>

#include "base/text.hpp"
#include "lab/execute/noise.hpp"
#include "lab/runner/campaign_run.hpp"
#include "lab/runner/resume.hpp"
#include "sensors/support/sensor.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

bool is_address(const std::string& store) {
  return store.find("://") != std::string::npos;
}

/// How long processes that a killed lab left behind may take to end.
constexpr Seconds leaving_patience{10};

std::vector<std::string> gpus_of_plan(const Plan& plan) {
  std::vector<std::string> gpus;
  for (const auto& environment : plan.environments) {
    if (environment.gpus.empty()) return {};
    gpus.insert(gpus.end(), environment.gpus.begin(), environment.gpus.end());
  }
  return gpus;
}

}  // namespace

Result<std::string> absolute_store(const std::string& store) {
  const auto chosen = store.empty() ? store::default_url() : Result<std::string>(store);
  if (!chosen) return propagate(chosen.error());
  if (is_address(*chosen)) return *chosen;
  return fs::absolute(*chosen).lexically_normal().string();
}

Status CampaignRun::agree_on_store() {
  const auto store = absolute_store(options_->store);
  if (!store) return propagate(store.error());
  if (const auto ok = store::check_url(*store); !ok) return ok;
  store_ = *store;
  if (!state_.begun) return {};
  // Without an option the campaign goes on where it began.
  if (options_->store.empty() && !state_.begun->store.empty()) store_ = state_.begun->store;
  if (state_.begun->store != store_)
    return fail_field("store", "this campaign's runs are in {}", state_.begun->store);
  if (state_.begun->name != plan_->name)
    return fail(ErrorKind::invalid, plan_->at(plan_->lines.name),
                "name: the journal {} is of the campaign \"{}\", not of \"{}\"",
                journal_of(plan_->file).string(), state_.begun->name, plan_->name);
  return {};
}

Status CampaignRun::take_in(const store::RunStore& store) {
  auto found = state_.runs.empty() && state_.unclear.empty() ? runs_in_store(store, *plan_)
                                                             : clear_up(store, *plan_, state_.unclear);
  if (!found) return propagate(found.error());
  // Not before: a plan that is refused has begun nothing, and may be given another name.
  if (!state_.begun)
    if (const auto begun = record(CampaignBegun{plan_->name, store_, system_clock().wall()}); !begun)
      return begun;
  std::size_t kept = 0;
  for (const auto& run : *found) {
    if (const auto written = record(run); !written) return written;
    kept += run.outcome == Outcome::finished ? 1 : 0;
  }
  if (!found->empty())
    watcher_->says(
        fmt::format("{} run{} of this campaign {} not in the journal; the store has {} of them finished",
                    found->size(), found->size() == 1 ? "" : "s", found->size() == 1 ? "was" : "were", kept));
  if (auto earlier = earlier_runs(store, *plan_)) earlier_ = std::move(*earlier);
  return {};
}

/// What is measured depends on these, and the journal does not say of which run they were.
Status CampaignRun::take_changes() {
  const auto facts = facts_of(*plan_);
  const auto changed = changed_facts(state_.facts, facts);
  if (changed.empty()) return {};
  const bool first = state_.facts.empty();
  if (const auto written = record(PlanUsed{system_clock().wall(), facts}); !written) return written;
  const Standing standing(*plan_, state_);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < plan_->cells.size(); ++i) kept += standing.cell(i).finished.size();
  if (!first)
    watcher_->says(
        fmt::format("the plan has changed since its last run: {}. {} finished run{} of its cells {} kept",
                    fmt::join(changed, ", "), kept, kept == 1 ? "" : "s", kept == 1 ? "is" : "are"));
  return {};
}

Status CampaignRun::take_retry() {
  if (!options_->retry) return {};
  if (const auto wished = retry_of(*plan_, state_, options_->retry_cells)) return record(*wished);
  watcher_->says("nothing has failed that could be made again");
  return {};
}

/// They would disturb the next run, and write into folders of runs that are made again.
void CampaignRun::end_left_processes() {
  const auto journal = journal_of(plan_->home).string();
  const auto roots = sensors::real_environment().roots;
  auto left = left_processes(roots, journal);
  if (left.empty()) return;
  watcher_->says(fmt::format("ending {} process{} of a run whose lab was killed: {}", left.size(),
                             left.size() == 1 ? "" : "es", fmt::join(left, ", ")));
  for (const auto pid : left) ::kill(pid, SIGTERM);
  const auto& clock = system_clock();
  for (const auto since = clock.steady(); !left.empty() && clock.steady() - since < leaving_patience;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    left = left_processes(roots, journal);
  }
  for (const auto pid : left) ::kill(pid, SIGKILL);
}

Status CampaignRun::check_quiet(std::vector<std::string>& busy) {
  const auto roots = sensors::real_environment().roots;
  const int cpus = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  busy = why_busy(read_noise(roots), plan_->quiet, cpus, count_gpu_processes(gpus_of_plan(*plan_)));
  for (const int pid : other_campaigns(roots))
    busy.push_back(fmt::format("another campaign is being run here, by process {}", pid));
  if (busy.empty() || options_->allow_busy) return {};
  return fail(ErrorKind::retry, "", "the machine is busy: {}; --allow-busy measures all the same",
              fmt::join(busy, "; "));
}

Status CampaignRun::resume() {
  if (const auto agreed = agree_on_store(); !agreed) return agreed;
  end_left_processes();
  // Opening it closes the run of a lab that was killed.
  const auto store = session::open_store(store_, store::Access::write);
  if (!store) return propagate(store.error());
  if (const auto taken = take_in(**store); !taken) return taken;
  if (const auto changed = take_changes(); !changed) return changed;
  return take_retry();
}

}  // namespace joulecast::lab
