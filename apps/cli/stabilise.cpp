// joulecast stabilise FILE|BUNDLE|ROOT: from when on the power of a training is what it stays.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "formats/importer.hpp"
#include "report/stability_report.hpp"
#include "report/svg.hpp"
#include "report/terminal_plot.hpp"
#include "session/runs/stability_summary.hpp"
#include "trace/run_collector.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string method;
  bool summary = false;
  std::string plot;
  std::string json;
  std::size_t window = 10;
  double noise_w = 0;
};

using Methods = std::vector<const stability::StabilityDetector*>;

Result<Methods> methods_named(const std::string& name) {
  if (name.empty()) return Methods{&stability::default_detector()};
  // The default first: it is the one that answers for all.
  if (name == "all") {
    Methods all{&stability::default_detector()};
    for (const auto* method : stability::all_detectors())
      if (method != all.front()) all.push_back(method);
    return all;
  }
  if (const auto* method = stability::detector_named(name)) return Methods{method};
  std::string known;
  for (const auto* method : stability::all_detectors()) known += std::string{method->name} + ", ";
  return fail(ErrorKind::invalid, "--method", "'{}' is none of {}all", name, known);
}

int summarise(const Options& options, const Methods& methods, const stability::DetectorOptions& detector) {
  const auto summary =
      session::summarise_stability({options.paths.begin(), options.paths.end()}, methods, detector);
  if (!summary) return report_error(summary.error());
  return answer(
      options.json, [&] { fmt::print("{}", report::summary_text(*summary)); },
      [&] { return report::summary_json(*summary); });
}

Status draw(const trace::Run& run, const stability::RunStability& stability, const Options& options) {
  const auto plot = report::stability_plot(run, stability);
  if (options.json != "-") fmt::print("{}", report::to_terminal(plot, report::terminal_options()));
  if (options.plot.empty()) return {};
  return write_file(options.plot, report::to_svg(plot));
}

int analyse(const Options& options, const Methods& methods, const stability::DetectorOptions& detector) {
  if (options.paths.size() > 1)
    return report_error({ErrorKind::invalid, "several paths need --summary", options.paths[1]});
  trace::RunCollector collector;
  const auto imported = formats::import_path(options.paths.front(), {}, collector);
  if (!imported) return report_error(imported.error());
  auto& runs = collector.runs();
  if (runs.size() != 1)
    return report_error({ErrorKind::invalid, fmt::format("holds {} runs; one is needed", runs.size()),
                         options.paths.front()});
  const auto stability = stability::stability_of(runs.front(), methods, detector);
  if (!stability)
    return report_error({ErrorKind::malformed, stability.error().message, options.paths.front()});
  if (methods.size() == 1 && !stability->points.front().stable_from)
    return report_error({ErrorKind::invalid, stability->points.front().reason, options.paths.front()});
  if (const auto drawn = draw(runs.front(), *stability, options); !drawn) return report_error(drawn.error());
  return answer(
      options.json, [&] { fmt::print("{}", report::stability_text(runs.front(), *stability)); },
      [&] { return report::stability_json(runs.front(), *stability); });
}

// A folder that is no bundle itself can only be meant as one that holds bundles.
bool holds_bundles(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) &&
         !std::filesystem::exists(std::filesystem::path{path} / "run.json", ignored);
}

int run(const Options& options) {
  const auto methods = methods_named(options.method);
  if (!methods) return report_error(methods.error());
  if (options.window < 3)
    return report_error(
        {ErrorKind::invalid, fmt::format("{} samples; at least 3 are needed", options.window), "--window"});
  if (!(options.noise_w >= 0))
    return report_error({ErrorKind::invalid, "a deviation is not negative", "--noise"});
  stability::DetectorOptions detector;
  detector.window = options.window;
  detector.noise_deviation = options.noise_w;
  if (!options.summary && !holds_bundles(options.paths.front())) return analyse(options, *methods, detector);
  if (!options.plot.empty())
    return report_error({ErrorKind::invalid, "draws one run, not a summary of many", "--plot"});
  return summarise(options, *methods, detector);
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("PATH", options->paths, "A run bundle, a power log that import reads, or folders of bundles")
      .required();
  std::string known = "all";
  for (const auto* method : stability::all_detectors()) known += ", " + std::string{method->name};
  app.add_option("--method", options->method,
                 fmt::format("{} (default: {})", known, stability::default_detector().name));
  app.add_flag("--summary", options->summary,
               "By source and architecture, for every bundle at or below PATH");
  app.add_option("--window", options->window, "Samples of a subsequence, for fluss and floss").show_default();
  app.add_option("--noise", options->noise_w, "The meter's noise in W, taken off by fluss").show_default();
  app.add_option("--plot", options->plot, "Draw the trace with the points to this SVG file");
  add_json_option(app, options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const Command stabilise_command{"stabilise", "From when on a training's power is what it stays",
                                       "Estimate", define};

}  // namespace joulecast::cli
