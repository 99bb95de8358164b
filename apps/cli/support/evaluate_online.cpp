// joulecast evaluate online ROOT…: tests every online method on every run bundle below the roots.
#include <fmt/format.h>

#include <limits>
#include <memory>
#include <string>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/evaluate.hpp"
#include "cli/support/options.hpp"
#include "estimate/online/method.hpp"
#include "report/evaluate/online_evaluation_report.hpp"
#include "session/evaluate/online.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  session::OnlineEvaluationRequest request;
  std::vector<std::string> roots;
  std::string stabilising;
  std::string json;
  std::string moments;
};

/// Reads the values that the option parser cannot read itself.
Status complete(Options& options) {
  auto& request = options.request;
  request.roots.assign(options.roots.begin(), options.roots.end());
  if (options.stabilising.empty()) {
    if (request.window > 1 && request.window != session::OnlineEvaluationRequest{}.window)
      return fail(ErrorKind::invalid, "--window", "needs --stabilising-epoch as well");
    return {};
  }
  if (options.stabilising == "detect") {
    request.stabilising_unit = estimate::detect_stabilising;
    return {};
  }
  const auto epoch = parse_int(options.stabilising);
  if (!epoch || *epoch < 0 || *epoch > std::numeric_limits<int>::max())
    return fail(ErrorKind::invalid, "--stabilising-epoch", "is a number of epochs or 'detect', not '{}'",
                options.stabilising);
  request.stabilising_unit = static_cast<int>(*epoch);
  return {};
}

int evaluate(Options& options) {
  if (auto ok = complete(options); !ok) return report_error(ok.error());
  const auto evaluation = session::evaluate_online(options.request);
  if (!evaluation) return report_error(evaluation.error());
  if (!options.moments.empty())
    if (auto written = write_file(options.moments, report::moments_csv(*evaluation)); !written)
      return report_error(written.error());
  return report_result(
      options.json, [&] { return report::to_text(*evaluation); },
      [&] { return report::to_json_text(*evaluation); });
}

}  // namespace

std::function<int()> define_evaluate_online(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("ROOT", options->roots, "Folders that hold run bundles at any depth").required();
  app.add_option("--stabilising-epoch", options->stabilising,
                 "STEP's stabilising epoch, or 'detect' (default: 10 in runs of 30 epochs and more, else 1)");
  app.add_option("--window", options->request.window, "STEP's window in epochs").show_default();
  add_json_option(app, options->json);
  app.add_option("--moments", options->moments, "Write what the interval's constants are fitted to (CSV)")
      .type_name("FILE");
  return [options] { return evaluate(*options); };
}

}  // namespace joulecast::cli
