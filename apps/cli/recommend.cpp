// joulecast recommend: which architecture, GPU and batch size to take.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/table_report.hpp"
#include "session/tables/weigh_runs.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  TableSource source;
  session::RecommendRequest request;
  std::vector<std::string> gpus;
  std::string json;
};

int recommend(Options& options) {
  if (!options.gpus.empty())
    options.request.alternatives.only.push_back(fmt::format("gpu={}", fmt::join(options.gpus, ",")));
  const auto table = options.source.load();
  if (!table) return report_error(table.error());
  auto report = session::recommend_from(table->table, options.request);
  if (!report) return report_error(report.error());
  report->warnings.insert(report->warnings.begin(), table->warnings.begin(), table->warnings.end());
  return answer(
      options.json, [&] { fmt::print("{}", report::to_text(*report, report::terminal_options().width)); },
      [&] { return report::to_json(*report); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  auto& request = options->request;
  add_table_source(app, options->source);
  app.add_option(
      "--require", request.requirements,
      "\"f1 >= best - 0.02\", \"under 8 h\", \"under 1 kWh\", \"gpu_util_pct > 50\"; may be repeated");
  app.add_option("--minimise,--minimize", request.minimise, "Column to make small (default: the energy)");
  app.add_option("--gpu", options->gpus, "Only these GPUs (a part of the name is enough)").delimiter(',');
  add_row_options(app, request.alternatives.only, request.alternatives.distinct);
  app.add_option("--group", request.alternatives.keys,
                 "Columns that make an alternative (default: architecture, gpu, batch_size, ... as far as "
                 "they differ)")
      .delimiter(',');
  app.add_option("--baseline", request.baseline,
                 "Alternative to measure the saving against (default: the best in the first >= requirement, "
                 "else the dearest)");
  app.add_option(
      "--predicted", request.predicted_table,
      "Candidates nobody has run: the .json of joulecast predict, or a CSV with the same label columns "
      "(COLUMN_low and COLUMN_high hold 90 % intervals)");
  add_json_option(app, options->json);
  return [options] { return recommend(*options); };
}

}  // namespace

extern const Command recommend_command{
    "recommend", "The best architecture, GPU and batch size under given requirements", "Decide", define};

}  // namespace joulecast::cli
