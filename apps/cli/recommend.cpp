// joulecast recommend: recommends an architecture, GPU and batch size.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/table_report.hpp"
#include "report/forecast/prediction_report.hpp"
#include "report/tables/recommendation_report.hpp"
#include "session/tables/load_run_table.hpp"

namespace joulecast::cli {
namespace {

struct RecommendOptions {
  TableSource source;
  session::RecommendRequest request;
  std::vector<std::string> gpus;
  std::string predicted;
  std::string json;
};

/// Reads the file of --predicted: JSON of `predict` if its name says so, else a table.
Status read_predicted(const std::string& file, session::RecommendRequest& request) {
  if (file.empty()) return {};
  if (!file.ends_with(".json")) {
    auto table = session::read_run_table(file);
    if (!table) return propagate(table.error());
    request.candidates = std::move(*table);
    return {};
  }
  const auto text = read_file(file, most_of_a_document);
  if (!text) return fail(ErrorKind::invalid, file, "{}", text.error().message);
  auto predictions = report::predictions_from_json(*text, file);
  if (!predictions) return propagate(predictions.error());
  request.predictions = std::move(predictions->predictions);
  request.predictions_source = file;
  return {};
}

int recommend(RecommendOptions& options) {
  if (!options.gpus.empty())
    options.request.alternatives.only.push_back(fmt::format("gpu={}", fmt::join(options.gpus, ",")));
  const auto table = options.source.load();
  if (!table) return report_error(table.error());
  if (auto read = read_predicted(options.predicted, options.request); !read)
    return report_error(read.error());
  const auto recommendation = session::recommend_training(*table, options.request);
  if (!recommendation) return report_error(recommendation.error());
  return report_result(
      options.json, [&] { return report::to_text(*recommendation, report::terminal_options().width); },
      [&] { return report::to_json_text(*recommendation); });
}

std::function<int()> define_recommend(Arguments app) {
  auto options = std::make_shared<RecommendOptions>();
  auto& request = options->request;
  add_table_source(app, options->source);
  app.add_option(
      "--require", request.requirements,
      "\"f1 >= best - 0.02\", \"under 8 h\", \"under 1 kWh\", \"gpu_util_pct > 50\"; may be repeated");
  app.add_option("--minimise,--minimize", request.minimise, "Column to make small (default: the energy)");
  app.add_option("--gpu", options->gpus, "Only these GPUs (a part of the name is enough)").delimiter(',');
  add_row_options(app, request.alternatives.only, request.alternatives.distinct);
  app.add_option("--group", request.alternatives.group,
                 "Columns that make an alternative (default: architecture, gpu, batch_size, ... as far as "
                 "they differ)")
      .delimiter(',');
  app.add_option("--baseline", request.baseline,
                 "Alternative to measure the saving against (default: the best in the first >= requirement, "
                 "else the dearest)");
  app.add_option(
      "--predicted", options->predicted,
      "Candidates nobody has run: the .json of joulecast predict, or a CSV with the same label columns "
      "(COLUMN_low and COLUMN_high hold 90 % intervals)");
  add_json_option(app, options->json);
  return [options] { return recommend(*options); };
}

}  // namespace

extern const Command recommend_command{"recommend",
                                       "The best architecture, GPU and batch size under given requirements",
                                       "Decide", define_recommend};

}  // namespace joulecast::cli
