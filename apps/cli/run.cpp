// joulecast run: measures a command and says what it cost.
#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/support/command.hpp"
#include "session/child.hpp"
#include "session/measure.hpp"

namespace joulecast::cli {
namespace {

struct RunArguments {
  session::MeasureOptions options;
  std::string interval = "1s";
  std::vector<std::string> tags;
  std::vector<std::string> gpus;
  std::string store;
  std::string bundle;
  std::string json;
  std::string intensity;
  std::string pue;
  std::string idle_baseline;
  std::string limit_energy;
  std::string on_limit = "warn";
  std::string stop_if_projected;
};

/// Fills `target` from a non-empty text; invalid where it does not parse.
template <class Target, class Parse>
Status take(const std::string& text, const char* option, const char* example, Parse parse, Target& target) {
  if (text.empty()) return {};
  const auto value = parse(text);
  if (!value)
    return fail(ErrorKind::invalid, option, "\"{}\" cannot be read; write it like {}", text, example);
  target = *value;
  return {};
}

Status take_tags(const std::vector<std::string>& tags, std::map<std::string, std::string>& into) {
  for (const auto& tag : tags) {
    const auto at = tag.find('=');
    if (at == std::string::npos || at == 0)
      return fail(ErrorKind::invalid, "--tag", "\"{}\" is not key=value", tag);
    into[tag.substr(0, at)] = tag.substr(at + 1);
  }
  return {};
}

Status complete(RunArguments& arguments) {
  auto& options = arguments.options;
  std::optional<double> intensity;
  const Status steps[] = {
      take(arguments.interval, "--interval", "1s or 100ms", parse_duration, options.interval),
      take(arguments.idle_baseline, "--idle-baseline", "30s", parse_duration, options.idle_baseline),
      take(arguments.limit_energy, "--limit-energy", "2kWh or 500kJ", parse_energy, options.limit_energy),
      take(arguments.stop_if_projected, "--stop-if-projected", "3kWh", parse_energy,
           options.stop_if_projected),
      take(arguments.intensity, "--intensity", "350 (g CO2e per kWh)", parse_double, intensity),
      take(arguments.pue, "--pue", "1.2", parse_double, options.place.pue),
      take_tags(arguments.tags, options.tags),
  };
  for (const auto& step : steps)
    if (!step) return step;
  if (options.interval < Seconds{0.001})
    return fail(ErrorKind::invalid, "--interval", "{} is shorter than 1 ms", to_text(options.interval));
  if (options.place.pue && *options.place.pue < 1)
    return fail(ErrorKind::invalid, "--pue", "a PUE is at least 1, not {}", *options.place.pue);
  if (!arguments.store.empty()) options.store = arguments.store;
  options.place.intensity_g_per_kwh = intensity;
  options.on_limit = arguments.on_limit == "term" ? session::OnLimit::terminate : session::OnLimit::warn;
  return {};
}

/// As a shell says it, for a command that never began.
int report_not_started(const Error& error) {
  const int status = report_error(error);
  if (error.kind == ErrorKind::unavailable) return session::exit_not_found;
  if (error.kind == ErrorKind::denied) return session::exit_not_executable;
  return status;
}

int run(RunArguments& arguments) {
  if (const auto ready = complete(arguments); !ready) return report_error(ready.error());
  auto environment = sensors::real_environment();
  environment.gpus = arguments.gpus;
  const auto result = session::measure(arguments.options, environment);
  if (!result) return report_not_started(result.error());
  return result->exit_status;
}

std::function<int()> define(CLI::App& app) {
  const auto arguments = std::make_shared<RunArguments>();
  auto& options = arguments->options;
  app.add_option("command", options.command, "The training's command line, after --")->required();
  app.positionals_at_end();
  app.add_option("--name", options.name, "Name of the run; its command's name where not given");
  app.add_option("--tag", arguments->tags, "key=value, kept with the run; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--interval", arguments->interval, "How often to read the sensors: 1s, 100ms")
      ->envname("JOULECAST_INTERVAL")
      ->capture_default_str();
  app.add_option("--sensor", options.sensors, "Only these sensors (joulecast sensors lists them)")
      ->delimiter(',')
      ->envname("JOULECAST_SENSORS")
      ->allow_extra_args(false);
  app.add_option("--gpu", arguments->gpus, "Only these GPUs, by index or UUID")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--store", arguments->store, "Where runs are kept")->envname("JOULECAST_STORE");
  app.add_option("--bundle", arguments->bundle, "Also write the run as a bundle into this folder");
  app.add_option("--json", arguments->json, "Also write the result as JSON into this file");
  app.add_option("--country", options.place.country, "Country of the electricity (ISO code or name)")
      ->envname("JOULECAST_COUNTRY");
  app.add_option("--region", options.place.cloud_region,
                 "Cloud region of the electricity: \"gcp europe-west1\"")
      ->envname("JOULECAST_REGION");
  app.add_option("--intensity", arguments->intensity, "Grid intensity in g CO2e per kWh")
      ->envname("JOULECAST_INTENSITY");
  app.add_option("--pue", arguments->pue, "Power usage effectiveness of the building")
      ->envname("JOULECAST_PUE");
  app.add_option("--idle-baseline", arguments->idle_baseline,
                 "Measure the idle machine this long before starting");
  app.add_option("--limit-energy", arguments->limit_energy, "Warn (or end the command) at this energy: 2kWh");
  app.add_option("--on-limit", arguments->on_limit, "What to do at the limit")
      ->check(CLI::IsMember({"warn", "term"}))
      ->capture_default_str();
  app.add_option("--stop-if-projected", arguments->stop_if_projected,
                 "End the command once its projected total is surely above this: 3kWh");
  app.add_option("--stop-probability", options.stop_probability, "How sure --stop-if-projected has to be")
      ->check(CLI::Range(0.5, 1.0))
      ->capture_default_str();
  app.add_option("--epochs", options.total_epochs,
                 "Number of epochs, where the training's output does not tell")
      ->check(CLI::PositiveNumber);
  app.add_option("--epoch-regex", options.epoch_regex,
                 "How the output names an epoch: group 1 its number, group 2 the total");
  app.add_flag("!--no-watch-output", options.watch_output, "Do not read along the command's output");
  app.add_flag("--quiet,-q", options.quiet, "Show nothing of our own but losses");
  return [arguments] { return run(*arguments); };
}

}  // namespace

extern const Command run_command{"run", "Measure a command: joulecast run -- python train.py", "Measure",
                                 define};

}  // namespace joulecast::cli
