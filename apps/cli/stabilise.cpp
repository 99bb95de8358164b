// joulecast stabilise RUN…: finds when the power of a training becomes stable.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "base/files.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/run_choice.hpp"
#include "report/pictures/svg.hpp"
#include "report/pictures/terminal_plot.hpp"
#include "report/runs/stability_report.hpp"
#include "session/runs/stabilise_runs.hpp"

namespace joulecast::cli {
namespace {

struct StabiliseOptions {
  session::StabiliseRequest request;
  std::string plot;
  std::string json;
};

int give(const session::StabilitySummary& summary, const StabiliseOptions& options) {
  return report_result(
      options.json, [&] { return report::to_text(summary); }, [&] { return report::to_json_text(summary); });
}

int give(const session::StabilityOfRun& of_run, const StabiliseOptions& options) {
  say_choice(options.request.runs.front(), of_run.choice);
  const auto plot = report::to_plot(of_run);
  if (options.json != "-") fmt::print("{}", report::to_terminal(plot, report::terminal_options()));
  if (!options.plot.empty())
    if (const auto written = write_file(options.plot, report::to_svg(plot)); !written)
      return report_error(written.error());
  return report_result(
      options.json, [&] { return report::to_text(of_run); }, [&] { return report::to_json_text(of_run); });
}

int run(const StabiliseOptions& options) {
  const bool summary = session::gives_summary(options.request);
  if (summary && !options.plot.empty())
    return report_error({ErrorKind::invalid, "draws one run, not a summary of many", "--plot"});
  if (!summary && options.request.runs.size() > 1)
    return report_error({ErrorKind::invalid, "several paths need --summary", options.request.runs[1]});
  const auto found = session::stabilise_runs(options.request);
  if (!found) return report_error(found.error());
  return std::visit([&](const auto& value) { return give(value, options); }, *found);
}

std::function<int()> define_stabilise(Arguments app) {
  auto options = std::make_shared<StabiliseOptions>();
  auto& request = options->request;
  app.add_option(
         "RUN", request.runs,
         "A run bundle, a power log that import reads, folders of bundles, or stored runs by id or name; "
         "a path that exists is taken for the path")
      .required();
  std::vector<std::string_view> known{"all"};
  for (const auto* method : stability::all_detectors()) known.push_back(method->name);
  app.add_option("--method", request.method,
                 fmt::format("{} (default: {})", fmt::join(known, ", "), stability::default_detector().name));
  app.add_flag("--summary", request.summary,
               "By source and architecture, for every stored run named and every bundle at or below a path");
  app.add_option("--window", request.window, "Samples of a subsequence, for fluss and floss").show_default();
  app.add_option("--noise", request.noise_w, "The meter's noise in W, taken off by fluss").show_default();
  app.add_option("--plot", options->plot, "Draw the trace with the points to this SVG file");
  add_store_option(app, request.store);
  add_json_option(app, options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const Command stabilise_command{"stabilise", "When a training's power becomes stable", "Estimate",
                                       define_stabilise};

}  // namespace joulecast::cli
