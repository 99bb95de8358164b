#include "cli/support/measure_options.hpp"

#include "base/text.hpp"
#include "carbon/intensity.hpp"
#include "session/runs/change_runs.hpp"
#include "store/run_store.hpp"

namespace joulecast::cli {
namespace {

// Bounds of what a training can count, as in the protocol (docs/protocol.md).
constexpr double least_total = 1e-9;
constexpr double most_epochs = 1e9;
constexpr double most_steps = 1e15;

Status check_total(const std::optional<double>& total, const char* option, double most) {
  if (!total || (*total >= least_total && *total <= most)) return {};
  return fail(ErrorKind::invalid, option, "{:g} is not {:g} to {:g}", *total, least_total, most);
}

/// Nothing for "auto".
std::optional<run::LiveMode> live_mode_of(std::string_view name) {
  if (name == "row") return run::LiveMode::row;
  if (name == "title") return run::LiveMode::title;
  if (name == "log") return run::LiveMode::log;
  if (name == "off") return run::LiveMode::off;
  return std::nullopt;
}

}  // namespace

Status complete(MeasureArguments& arguments) {
  auto& options = arguments.options;
  const Status steps[] = {
      take(arguments.interval, "--interval", "1s or 100ms", parse_duration, options.interval),
      take(arguments.log_every, "--log-every", "5m or 30s", parse_duration, options.log_every),
      check_total(options.total_epochs, "--epochs", most_epochs),
      check_total(options.total_steps, "--steps", most_steps),
      carbon::check(options.place),
  };
  for (const auto& step : steps)
    if (!step) return step;
  const auto tags = session::parse_tags(arguments.tags);
  if (!tags) return propagate(tags.error());
  options.tags = *tags;
  if (!arguments.store.empty()) {
    if (const auto usable = store::check_url(arguments.store); !usable) return usable;
    options.store = arguments.store;
  }
  options.adopt_orphans = true;
  options.live = live_mode_of(arguments.live);
  return {};
}

void add_command_options(Arguments app, MeasureArguments& arguments) {
  auto& options = arguments.options;
  app.add_command_to_run("COMMAND", options.command, "The training's command line, after --");
  app.add_option("--name", options.name, "Name of the run; its script's name where not given");
  app.add_option(
         "--tag", arguments.tags,
         "key=value, kept with the run; may be repeated; architecture=, batch_size=, dataset= … let fit "
         "--store learn from it")
      .one_value_each();
  app.add_option("--interval", arguments.interval, "How often to read the sensors: 1s, 100ms")
      .environment("JOULECAST_INTERVAL")
      .show_default();
  app.add_option("--sensor", options.sensors, "Only these sensors (joulecast sensors lists them)")
      .delimiter(',')
      .environment("JOULECAST_SENSORS")
      .one_value_each();
}

void add_progress_options(Arguments app, MeasureArguments& arguments) {
  auto& options = arguments.options;
  app.add_option("--epochs", options.total_epochs,
                 "Number of epochs, where the training's output does not tell")
      .above_zero();
  app.add_option("--steps", options.total_steps, "Number of steps, where the training's output does not tell")
      .above_zero();
  app.add_option("--epoch-regex", options.epoch_regex,
                 "How the output names an epoch: group 1 its number, group 2 the total");
  app.add_option("--step-regex", options.step_regex,
                 "How the output names a step: group 1 its number, group 2 the total");
  app.add_flag("--keep-buffering", options.keep_buffering,
               "Do not set PYTHONUNBUFFERED=1 for a command whose output goes into a pipe");
  app.add_flag("--keep-arguments", options.keep_arguments,
               "Keep passwords, keys and tokens of the command line in the store, too");
}

void add_live_options(Arguments app, MeasureArguments& arguments) {
  app.add_option(
         "--live", arguments.live,
         "Where the live line goes: a row of its own below the output, the window's title, or a plain "
         "line from time to time (log)")
      .one_of({"auto", "row", "title", "log", "off"})
      .show_default();
  app.add_option("--log-every", arguments.log_every, "How often --live log tells: 5m, 30s").show_default();
}

}  // namespace joulecast::cli
