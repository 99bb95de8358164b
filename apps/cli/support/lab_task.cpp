// joulecast lab task PLAN: one run of a campaign, for schedulers; and lab collect PLAN.
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "base/text.hpp"
#include "cli/support/command.hpp"
#include "cli/support/lab.hpp"
#include "cli/support/options.hpp"
#include "lab/campaign/journal.hpp"
#include "lab/plan/read_plan.hpp"
#include "lab/report/progress.hpp"
#include "lab/report/status_report.hpp"
#include "lab/tasks/ledger.hpp"
#include "lab/tasks/run_task.hpp"

namespace joulecast::cli {
namespace {

struct TaskOptions {
  std::string plan, tasks, cell, store;
  std::int64_t index = -1;
  int repetition = 1;
};

/// As a shell has it for a command that was ended by SIGTERM.
constexpr int ended = 143;

Result<lab::RunPlace> place_of(const TaskOptions& options) {
  if (options.tasks.empty() == options.cell.empty())
    return fail_field("tasks", "with an index, or a cell with a repetition, names the run");
  if (options.tasks.empty())
    return lab::RunPlace{lab::Role::cell, options.cell, options.repetition, /*attempt=*/1};
  const auto places = lab::read_list(options.tasks);
  if (!places) return propagate(places.error());
  if (options.index < 0 || static_cast<std::size_t>(options.index) >= places->size())
    return fail_field("index", "{} is not one of the {} tasks", options.index, places->size());
  return (*places)[static_cast<std::size_t>(options.index)];
}

int run_task(const TaskOptions& options) {
  const auto plan = lab::read_plan(options.plan);
  if (!plan) return report_error(plan.error());
  const auto place = place_of(options);
  if (!place) return report_error(place.error());
  const auto end = lab::run_task(*plan, *place, options.store);
  if (!end) return report_error(end.error());
  if (end->was_done) {
    note("it has a result already: nothing is repeated");
    return done;
  }
  if (end->asked_to_end) return ended;
  const auto& run = end->record;
  note(fmt::format("{}{}{}", name_of(run.outcome), run.reason.empty() ? "" : ": ", run.reason));
  return done;
}

struct CollectOptions {
  std::string plan, store, json;
};

int collect(const CollectOptions& options) {
  const auto plan = lab::read_plan(options.plan);
  if (!plan) return report_error(plan.error());
  if (!options.json.empty())
    if (const auto free = check_json_target(options.json); !free) return report_error(free.error());
  lab::CampaignProgress progress(/*quiet=*/true);
  auto ledger = lab::Ledger::open(*plan, options.store, progress);
  if (!ledger) return report_error(ledger.error());
  const auto taken = ledger->take_in_results();
  if (!taken) return report_error(taken.error());
  note(fmt::format("{} result{} taken in", *taken, *taken == 1 ? "" : "s"));
  const auto status = lab::status_of(*plan, ledger->state(), {}, {}, system_clock().wall());
  return report_result(
      options.json, [&] { return lab::to_text(status, /*dry=*/false); },
      [&] { return lab::to_json_text(status); });
}

}  // namespace

std::function<int()> define_lab_task(Arguments app) {
  auto options = std::make_shared<TaskOptions>();
  app.add_option("PLAN", options->plan, "The campaign's plan, a TOML file").required();
  app.add_option("--tasks", options->tasks, "File with a line for each run: cell, repetition, attempt");
  app.add_option("--index", options->index, "Which of them, from 0");
  app.add_option("--cell", options->cell, "The run's cell, in place of a file");
  app.add_option("--repetition", options->repetition, "Of the cell").whole_between(1, 1 << 30).show_default();
  app.add_option(
      "--store", options->store,
      "Address of a store that all machines reach (default: a file for each run, which lab collect "
      "takes in)");
  return [options] { return run_task(*options); };
}

std::function<int()> define_lab_collect(Arguments app) {
  auto options = std::make_shared<CollectOptions>();
  app.add_option("PLAN", options->plan, "The campaign's plan, a TOML file").required();
  add_store_option(app, options->store);
  add_json_option(app, options->json);
  return [options] { return collect(*options); };
}

}  // namespace joulecast::cli
