#include "lab/tasks/run_task.hpp"

#include <algorithm>
#include <csignal>

#include "base/files.hpp"
#include "lab/campaign/record_format.hpp"
#include "lab/execute/conduct.hpp"
#include "lab/execute/local_executor.hpp"
#include "lab/runner/preparation.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

/// False if somebody asked for the end meanwhile.
Result<bool> warm_up_for(const Plan& plan, RunSetup setup, const TaskFolder& folder) {
  if (!plan.warm_up) return true;
  const auto own = setup.output.string();
  setup.output = folder.root() / "warm-up" / name_of(setup.place);
  for (auto& word : setup.command)
    if (word == own) word = setup.output.string();
  std::error_code error;
  fs::create_directories(setup.output, error);
  if (error) return fail(ErrorKind::denied, setup.output, "cannot be made: {}", error.message());
  Pause pause;
  const auto warmed = warm_up(*plan.warm_up, setup, pause, [](const std::string&, Seconds) {});
  if (const auto prepared = check_prepared(plan, warmed); !prepared) return propagate(prepared.error());
  return !pause.was_interrupted();
}

}  // namespace

Result<TaskEnd> run_task(const Plan& plan, const RunPlace& place, const std::string& store) {
  const auto cell = std::ranges::find(plan.cells, place.cell, &Cell::id);
  if (cell == plan.cells.end())
    return fail(ErrorKind::invalid, plan.file, "has no cell {} any more", place.cell);
  const TaskFolder folder(plan.home);
  if (const auto made = folder.make(); !made) return propagate(made.error());
  std::error_code ignored;
  if (fs::exists(folder.result_of(place), ignored)) return TaskEnd{.was_done = true, .record = {}};
  const auto setup = set_up(plan, *cell, place);
  const auto warm = warm_up_for(plan, setup, folder);
  if (!warm) return propagate(warm.error());
  if (!*warm) return TaskEnd{.asked_to_end = true, .record = {}};

  fs::current_path(plan.folder, ignored);
  LocalExecutor executor(plan, store.empty() ? folder.store_of(place).string() : store);
  auto executed = executor.run(setup, {});
  if (!executed) return propagate(executed.error());
  TaskEnd end{.asked_to_end = executed->asked_to_end, .record = std::move(executed->record)};
  // A scheduler that ends a task tells all of its processes, so that the command may be gone before we are
  // asked.
  const bool ended_with_us = end.record.outcome == Outcome::killed && end.record.exit_status == 128 + SIGTERM;
  end.asked_to_end = end.record.outcome == Outcome::interrupted || ended_with_us;
  if (end.asked_to_end) return end;
  const auto flags = flags_of(end.record.conduct, std::nullopt);
  auto& told = end.record.conduct.flags;
  told.insert(told.begin(), flags.begin(), flags.end());
  if (const auto written = write_file(folder.result_of(place), to_line(end.record) + "\n"); !written)
    return propagate(written.error());
  return end;
}

}  // namespace joulecast::lab
