// joulecast evaluate online ROOT…: every online method on every run bundle below the roots.
#include "estimate/evaluation/evaluate_online.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/evaluate.hpp"
#include "cli/support/options.hpp"
#include "estimate/online/method.hpp"
#include "report/online_evaluation_report.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::vector<std::string> roots;
  std::string stabilising;
  int window = 5;
  std::string json;
  std::string moments;
};

Result<estimate::OnlineEvaluationOptions> evaluation_options(const Options& options) {
  estimate::OnlineEvaluationOptions result;
  if (options.window < 1)
    return fail(ErrorKind::invalid, "--window", "must be 1 or more, not {}", options.window);
  if (options.stabilising.empty()) {
    if (options.window != 5) return fail(ErrorKind::invalid, "--window", "needs --stabilising-epoch as well");
    return result;
  }
  if (options.stabilising == "detect") {
    result.step = {estimate::detect_stabilising, options.window};
    return result;
  }
  const auto epoch = parse_int(options.stabilising);
  if (!epoch || *epoch < 0 || *epoch > 1'000'000)
    return fail(ErrorKind::invalid, "--stabilising-epoch", "is a number of epochs or 'detect', not '{}'",
                options.stabilising);
  result.step = {static_cast<int>(*epoch), options.window};
  return result;
}

int evaluate(const Options& options) {
  auto how = evaluation_options(options);
  if (!how) return report_error(how.error());
  auto evaluation = estimate::evaluate_online({options.roots.begin(), options.roots.end()}, *how);
  if (!evaluation) return report_error(evaluation.error());
  if (!options.moments.empty())
    if (auto written = write_file(options.moments, report::moments_csv(*evaluation)); !written)
      return report_error(written.error());
  return answer(
      options.json, [&] { fmt::print("{}", report::to_text(*evaluation)); },
      [&] { return report::to_json(*evaluation); });
}

}  // namespace

std::function<int()> define_evaluate_online(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("ROOT", options->roots, "Folders that hold run bundles at any depth").required();
  app.add_option("--stabilising-epoch", options->stabilising,
                 "STEP's stabilising epoch, or 'detect' (default: 10 in runs of 30 epochs and more, else 1)");
  app.add_option("--window", options->window, "STEP's window in epochs").show_default();
  add_json_option(app, options->json);
  app.add_option("--moments", options->moments, "Write what the interval's constants are fitted to (CSV)")
      .type_name("FILE");
  return [options] { return evaluate(*options); };
}

}  // namespace joulecast::cli
