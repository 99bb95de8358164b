// joulecast evaluate cpu TABLE…: tests the modelled CPU power on measured package power.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/evaluate.hpp"
#include "cli/support/options.hpp"
#include "report/evaluate/cpu_evaluation_report.hpp"
#include "session/evaluate/cpu.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::vector<std::string> tables;
  std::string json;
};

int evaluate(const Options& options) {
  session::CpuEvaluationRequest request;
  request.tables.assign(options.tables.begin(), options.tables.end());
  const auto evaluation = session::evaluate_cpu(request);
  if (!evaluation) return report_error(evaluation.error());
  return report_result(
      options.json, [&] { return report::to_text(*evaluation); },
      [&] { return report::to_json_text(*evaluation); });
}

}  // namespace

std::function<int()> define_evaluate_cpu(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("TABLE", options->tables, "Tables of CPU package power against load").required();
  add_json_option(app, options->json);
  return [options] { return evaluate(*options); };
}

}  // namespace joulecast::cli
