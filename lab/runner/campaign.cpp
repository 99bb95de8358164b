#include "lab/runner/campaign.hpp"

#include <sched.h>

#include <algorithm>

#include "lab/plan/read_plan.hpp"
#include "lab/runner/campaign_run.hpp"
#include "lab/runner/held_signals.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

/// Commands run in the plan's folder. What this process was given by relative paths is found again
/// afterwards.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) : before_(fs::current_path(ignored_)) {
    fs::current_path(folder, ignored_);
  }
  ~WorkingFolder() { fs::current_path(before_, ignored_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  std::error_code ignored_;
  fs::path before_;
};

Status check_cpus(const Plan& plan) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {};
  for (const auto& environment : plan.environments)
    for (const int cpu : environment.cpus)
      if (cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &allowed))
        return fail(ErrorKind::invalid, fmt::format("{}:{}", plan.file.string(), environment.line),
                    "environments.{}.cpus: this machine has no CPU {} that may be used", environment.name,
                    cpu);
  return {};
}

}  // namespace

Result<CampaignResult> run_campaign(const Plan& plan, const CampaignOptions& options,
                                    const MakeExecutor& make_executor, CampaignWatcher& watcher) {
  if (const auto ok = check_programs(plan); !ok) return propagate(ok.error());
  if (const auto ok = check_cpus(plan); !ok) return propagate(ok.error());
  auto journal = Journal::open(journal_of(plan.home));
  if (!journal) return propagate(journal.error());
  const HeldSignals signals;  // outlives the run, which puts power limits back at its end
  CampaignRun run(plan, options, std::move(*journal), watcher, signals);
  if (const auto resumed = run.resume(); !resumed) return propagate(resumed.error());
  const WorkingFolder folder(plan.folder);
  return run.run(make_executor);
}

}  // namespace joulecast::lab
