// joulecast run: measures a command and shows what it cost.

#include <filesystem>

#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/measure_options.hpp"
#include "cli/support/options.hpp"
#include "report/runs/run_json.hpp"
#include "report/runs/run_text.hpp"
#include "report/runs/unstored_run.hpp"
#include "run/child.hpp"
#include "run/last_resort.hpp"
#include "run/limit_command.hpp"
#include "run/run_command.hpp"
#include "run/tell.hpp"
#include "session/runs/export_run.hpp"
#include "session/runs/open_store.hpp"
#include "session/runs/run_summary.hpp"
#include "session/runs/waiting_run.hpp"

namespace joulecast::cli {
namespace {

struct RunArguments : MeasureArguments {
  std::vector<std::string> gpus;
  std::string bundle;
  std::string json;
  std::string idle_baseline;
  std::string limit_energy;
  std::string on_limit = "warn";
  std::string stop_if_projected;
  std::string checkpoints;
};

constexpr const char* on_limit_command = "exec:";

/// "warn", "term" or "exec:COMMAND", as the parser has checked.
measure::OnLimit action_of(const std::string& text, std::string& command) {
  if (text == "warn") return measure::OnLimit::warn;
  if (text == "term") return measure::OnLimit::terminate;
  command = text.substr(std::string_view(on_limit_command).size());
  return measure::OnLimit::command;
}

Status complete_run(RunArguments& arguments) {
  auto& options = arguments.options;
  const Status steps[] = {
      complete(arguments),
      take(arguments.idle_baseline, "--idle-baseline", "30s", parse_duration, options.idle_baseline),
      take(arguments.limit_energy, "--limit-energy", "2kWh or 500kJ", parse_energy, options.limits.energy),
      take(arguments.stop_if_projected, "--stop-if-projected", "3kWh", parse_energy,
           options.limits.projected),
  };
  for (const auto& step : steps)
    if (!step) return step;
  if (!options.continues.run.empty() && !arguments.checkpoints.empty())
    return fail(ErrorKind::invalid, "--continue",
                "is not for use with --checkpoint-folder, which names the run, too");
  std::error_code error;
  if (!arguments.checkpoints.empty())
    options.continues.checkpoints = std::filesystem::absolute(arguments.checkpoints, error);
  if (error)
    return fail(ErrorKind::invalid, "--checkpoint-folder", "{}: {}", arguments.checkpoints, error.message());
  options.limits.at_energy = action_of(arguments.on_limit, options.limits.command);
  return {};
}

/// Reports a command that never began, with a shell's exit status.
int report_not_started(const Error& error) {
  const int status = report_error(error);
  if (error.kind == ErrorKind::unavailable) return run::exit_not_found;
  if (error.kind == ErrorKind::denied) return run::exit_not_executable;
  return status;
}

void report_trouble(const Error& error) {
  run::tell("joulecast: {}\n", to_string(error));
}

/// Standard output belongs to the command, so joulecast writes to standard error.
void show_summary(const RunArguments& arguments, const session::RunSummary& summary) {
  if (!arguments.options.quiet) run::tell("\n{}", report::to_text(summary));
  if (arguments.json.empty()) return;
  if (const auto written = write_json(report::to_json_text(summary), arguments.json); !written)
    report_trouble(written.error());
}

/// A run that the store does not have: the live totals alone.
void show_sums(const RunArguments& arguments, const run::MeasureResult& result) {
  if (!arguments.options.quiet && result.energy.total)
    run::tell("joulecast: {}\n", report::unstored_text(*result.energy.total, result.duration));
  const bool waits = !result.journal.empty();
  for (const auto& file : {arguments.json, arguments.bundle})
    if (!file.empty())
      run::tell("joulecast: {}: not written, because {}\n", file,
                waits ? "the store has a part of the run, and does not answer" : "the run was not stored");
}

void show_stored(const RunArguments& arguments, const run::MeasureResult& result) {
  // The command's caller waits: the log is not merged and synced here.
  const auto store = session::open_store(result.store.string(), store::Access::read,
                                         {.durability = store::Durability::soon});
  if (!store) return report_trouble(store.error());
  // If the store took nothing (for example because the disk is full), this was reported already. The live
  // totals are shown instead.
  if (!(*store)->resolve(result.run_id)) return show_sums(arguments, result);
  const auto summary = session::summarise_run(**store, result.run_id, {});
  if (!summary) return report_trouble(summary.error());
  show_summary(arguments, *summary);
  if (arguments.bundle.empty()) return;
  if (const auto written = session::export_run({.store = result.store.string(),
                                                .run = result.run_id,
                                                .place = {},
                                                .targets = {.bundle = arguments.bundle}});
      !written)
    report_trouble(written.error());
}

/// A run that waits for its server is shown from what is known here.
void show_waiting(const RunArguments& arguments, const run::MeasureResult& result) {
  const auto summary = session::summarise_waiting(result.journal);
  std::error_code ignored;
  if (!summary && !std::filesystem::exists(result.journal, ignored)) {  // delivered meanwhile
    auto delivered = result;
    delivered.store = arguments.options.store.value_or("");
    return show_stored(arguments, delivered);
  }
  if (!summary) return show_sums(arguments, result);
  show_summary(arguments, *summary);
  if (arguments.bundle.empty()) return;
  if (const auto written = session::export_waiting(result.journal, arguments.bundle); !written)
    report_trouble(written.error());
}

/// Shows the run like `show`. An error here is reported but does not change the exit status, because the
/// command has done its work.
void show_result(const RunArguments& arguments, const run::MeasureResult& result) {
  if (arguments.options.quiet && arguments.json.empty() && arguments.bundle.empty()) return;
  if (result.is_attached) {
    for (const auto& file : {arguments.json, arguments.bundle})
      if (!file.empty())
        run::tell("joulecast: {}: not written here: the rank that measures this node writes it\n", file);
    return;
  }
  if (!result.journal.empty()) return show_waiting(arguments, result);
  if (result.run_id.empty() || result.store.empty()) return show_sums(arguments, result);
  show_stored(arguments, result);
}

int run(RunArguments& arguments) {
  if (const auto ready = complete_run(arguments); !ready) return report_error(ready.error());
  const auto& limits = arguments.options.limits;
  if (limits.at_energy == measure::OnLimit::command)
    if (const auto doubt = run::doubt_of_limit_command(limits.command); !doubt.empty())
      run::tell("joulecast: --on-limit will fail: {}\n", doubt);
  auto environment = sensors::real_environment();
  environment.gpus = arguments.gpus;
  const auto result = run::measure(arguments.options, environment);
  if (!result) return report_not_started(result.error());
  const run::LastResort last_resort(result->exit_status);
  try {
    show_result(arguments, *result);
  } catch (const std::exception& error) {
    run::tell("joulecast: {}\n", error.what());
  }
  return result->exit_status;
}

std::function<int()> define_run(Arguments app) {
  const auto arguments = std::make_shared<RunArguments>();
  auto& options = arguments->options;
  add_command_options(app, *arguments);
  app.add_option("--gpu", arguments->gpus, "Only these GPUs, by index or UUID")
      .delimiter(',')
      .one_value_each();
  add_store_option(app, arguments->store);
  app.add_option("--bundle", arguments->bundle, "Also write the run as a bundle into this folder");
  app.add_option("--json", arguments->json, "Also write the result as JSON into this file");
  add_place_options(app, options.place);
  app.add_option("--continue", options.continues.run,
                 "Go on with this run: both are one training; begins it if there is none of this name")
      .type_name("RUN");
  app.add_option("--checkpoint-folder", arguments->checkpoints,
                 "Go on with the run that trained into this folder, and name this one there")
      .type_name("DIR");
  app.add_option("--idle-baseline", arguments->idle_baseline,
                 "Measure the idle machine this long before starting");
  app.add_option("--limit-energy", arguments->limit_energy, "Warn (or end the command) at this energy: 2kWh");
  app.add_option("--on-limit", arguments->on_limit,
                 "What to do at the limit: warn, end the command (term), or run another one (exec:COMMAND)")
      .one_of({"warn", "term"}, on_limit_command)
      .show_default();
  app.add_option("--stop-if-projected", arguments->stop_if_projected,
                 "End the command once its projected total is surely above this: 3kWh; never on a guess");
  app.add_option("--stop-probability", options.limits.probability, "How sure --stop-if-projected has to be")
      .between(0.5, 1.0)
      .show_default();
  app.add_flag("--dry-stop", options.limits.dry, "Only tell what the limits would do");
  add_progress_options(app, *arguments);
  app.add_flag("!--no-watch-output", options.watch_output, "Do not read along the command's output");
  add_live_options(app, *arguments);
  app.add_flag("--quiet,-q", options.quiet, "Show nothing of our own but losses");
  return [arguments] { return run(*arguments); };
}

}  // namespace

extern const Command run_command{"run", "Measure a command: joulecast run -- python train.py", "Measure",
                                 define_run};

}  // namespace joulecast::cli
