// joulecast lab run PLAN.
#include <memory>

#include "base/text.hpp"
#include "cli/support/command.hpp"
#include "cli/support/lab.hpp"
#include "cli/support/options.hpp"
#include "lab/execute/local_executor.hpp"
#include "lab/plan/cells.hpp"
#include "lab/plan/read_plan.hpp"
#include "lab/report/progress.hpp"
#include "lab/report/status_report.hpp"
#include "lab/runner/resume.hpp"
#include "lab/slurm/slurm_campaign.hpp"
#include "lab/tasks/ledger.hpp"
#include "run/tell.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string plan, store, json;
  std::string executor = "local";
  double poll_s = 5;
  bool dry = false;
  bool allow_busy = false;
  bool retry = false;
  std::vector<std::string> retry_cells;
  bool quiet = false;
};

/// As a shell has it for a command that was ended by SIGINT.
constexpr int interrupted = 130;
constexpr int some_failed = 3;  ///< all was made, and not all has finished
constexpr int over_budget = 4;  ///< runs are left for which the budget does not suffice

int look(const lab::Plan& plan, const Options& options) {
  if (const auto ok = lab::check_programs(plan); !ok) return report_error(ok.error());
  const auto state = lab::known_state(plan, options.store);
  if (!state) return report_error(state.error());
  const auto status = lab::read_status(plan, *state, {.store = options.store});
  if (!status) return report_error(status.error());
  return report_result(
      options.json, [&] { return lab::to_text(*status, /*dry=*/true); },
      [&] { return lab::to_json_text(*status); });
}

int show(const lab::Plan& plan, const Options& options, const lab::CampaignResult& result) {
  const auto status = lab::status_of(plan, result.state, {}, {}, system_clock().wall());
  const auto text = [&] { return options.quiet ? std::string() : lab::to_text(status, /*dry=*/false); };
  const int shown = report_result(options.json, text, [&] { return lab::to_json_text(status, result); });
  if (shown != done) return shown;
  if (result.end == lab::CampaignEnd::interrupted) {
    note("interrupted; the same command goes on where it stopped");
    return interrupted;
  }
  if (result.end == lab::CampaignEnd::budget) return over_budget;
  return status.failures.empty() && status.cells_given_up == 0 ? done : some_failed;
}

int run(const Options& options) {
  const auto plan = lab::read_plan(options.plan);
  if (!plan) return report_error(plan.error());
  if (options.dry) return look(*plan, options);
  if (!options.json.empty())
    if (const auto free = check_json_target(options.json); !free) return report_error(free.error());
  const auto make_executor = [](const lab::Plan& its_plan, const std::string& store) {
    return std::make_unique<lab::LocalExecutor>(its_plan, store);
  };
  std::vector<lab::Levels> retry_cells;
  for (const auto& text : options.retry_cells) {
    auto levels = lab::some_levels(text, *plan, "retry_cell");
    if (!levels) return report_error(levels.error());
    retry_cells.push_back(std::move(*levels));
  }
  auto result = [&]() -> Result<lab::CampaignResult> {
    lab::CampaignProgress progress(options.quiet);
    const lab::CampaignOptions campaign{.store = options.store,
                                        .allow_busy = options.allow_busy,
                                        .retry = options.retry || !retry_cells.empty(),
                                        .retry_cells = retry_cells,
                                        .needs_more = {}};
    // What `lab task` has done already is not done again.
    if (const auto taken = lab::collect_results(*plan, options.store, progress); !taken)
      return propagate(taken.error());
    if (options.executor == "slurm") {
      std::error_code ignored;
      const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
      return lab::run_on_slurm(*plan, campaign, {.program = self, .poll = Seconds{options.poll_s}}, progress);
    }
    return lab::run_campaign(*plan, campaign, make_executor, progress);
  }();
  if (!result) return report_error(result.error());
  return show(*plan, options, *result);
}

}  // namespace

std::function<int()> define_lab_run(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("PLAN", options->plan, "The campaign's plan, a TOML file").required();
  app.add_flag("--dry-run", options->dry, "Only check the plan, and tell what it will cost");
  app.add_option("--executor", options->executor, "What carries out the runs")
      .one_of({"local", "slurm"})
      .show_default();
  app.add_option("--poll", options->poll_s, "Seconds between questions to Slurm")
      .between(0.1, 3600)
      .show_default();
  app.add_flag("--allow-busy", options->allow_busy, "Measure although other programs keep the machine busy");
  app.add_flag("--retry", options->retry,
               "Also make again what has failed for good, and cells that were given up");
  app.add_option(
         "--retry-cell", options->retry_cells,
         "The same of cells with these levels alone, architecture=vgg16,batch_size=32; may be repeated")
      .one_value_each();
  app.add_flag("--quiet,-q", options->quiet, "Show only failures, and what has to be known");
  add_store_option(app, options->store);
  add_json_option(app, options->json);
  app.footer(
      "The journal stands beside the plan (vision.toml, vision.journal), what the runs write in the folder "
      "vision.runs. The same command goes on where an earlier one stopped.");
  return [options] { return run(*options); };
}

}  // namespace joulecast::cli
