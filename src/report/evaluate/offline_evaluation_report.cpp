#include "report/evaluate/offline_evaluation_report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using estimate::OfflineEvaluation;
using estimate::OfflineScores;

Json methods_json(const std::vector<OfflineScores>& methods) {
  Json list = Json::array();
  for (const auto& method : methods)
    list.push_back({{"name", method.name},
                    {"target", name_of(method.target)},
                    {"rows", method.scores.runs},
                    {"median_ape", method.scores.median_ape},
                    {"mean_ape", method.scores.mean_ape},
                    {"p90_ape", method.scores.p90_ape},
                    {"rmse", method.scores.rmse},
                    {"r2", method.r2},
                    {"coverage", or_null(method.scores.coverage)},
                    {"interval_width", or_null(method.scores.interval_width)},
                    {"duration", method.told_duration ? "measured" : "predicted"}});
  return list;
}

std::string or_dash(const std::optional<double>& value, double factor) {
  return value ? fmt::format("{:.1f}", *value * factor) : "-";
}

void put_table(std::string& text, const std::vector<OfflineScores>& methods) {
  auto out = std::back_inserter(text);
  fmt::format_to(out, "  {:<17} {:<13} {:>6} {:>8} {:>9} {:>9} {:>8} {:>8}\n", "method", "target", "rows",
                 "median", "mean", "p90", "covered", "width");
  for (const auto& m : methods)
    fmt::format_to(out, "  {:<17} {:<13} {:>6} {:>8.2f} {:>9.2f} {:>9.2f} {:>8} {:>8}\n", m.name,
                   fmt::format("{}{}", name_of(m.target), m.told_duration ? "*" : ""), m.scores.runs,
                   m.scores.median_ape, m.scores.mean_ape, m.scores.p90_ape, or_dash(m.scores.coverage, 100),
                   or_dash(m.scores.interval_width, 1));
}

}  // namespace

Json to_json(const OfflineEvaluation& evaluation) {
  Json json{{"split", evaluation.split},
            {"shots", evaluation.shots},
            {"train_rows", evaluation.train_rows},
            {"test_rows", evaluation.test_rows},
            {"methods", methods_json(evaluation.methods)}};
  json["groups"] = Json::array();
  for (const auto& group : evaluation.groups) {
    Json entry{{"source", group.source}, {"gpu", group.gpu}, {"seen", group.seen}};
    if (!group.precision.empty()) entry["precision"] = group.precision;
    if (!group.mode.empty()) entry["mode"] = group.mode;
    entry["methods"] = methods_json(group.methods);
    json["groups"].push_back(std::move(entry));
  }
  json["noise_floor"] = {{"log_power_sd", or_null(evaluation.noise.log_power)},
                         {"log_epoch_time_sd", or_null(evaluation.noise.log_time)}};
  return json;
}

std::string to_json_text(const OfflineEvaluation& evaluation) {
  return json_text(to_json(evaluation));
}

std::string to_text(const OfflineEvaluation& evaluation) {
  auto text = fmt::format(
      "Split by {}{}: trained on {} rows, {} rows predicted. Errors and widths in percent of the measured "
      "value;\n"
      "'covered' is the share of rows inside the 90 % interval. * was told the measured duration.\n",
      evaluation.split,
      evaluation.shots > 0 ? fmt::format(", {} configurations of it given", evaluation.shots) : "",
      evaluation.train_rows, evaluation.test_rows);
  if (evaluation.noise.log_power && evaluation.noise.log_time)
    text += fmt::format(
        "Noise floor: repeats of one configuration differ by {:.1f} % in power and {:.1f} % in time.\n",
        100 * *evaluation.noise.log_power, 100 * *evaluation.noise.log_time);
  text += "\nall\n";
  put_table(text, evaluation.methods);
  for (const auto& group : evaluation.groups) {
    text += fmt::format("\n{} on {}{}{}, seen: {}\n", group.source.empty() ? "-" : group.source, group.gpu,
                        group.precision.empty() ? "" : ", " + group.precision,
                        group.mode.empty() ? "" : ", " + group.mode, group.seen);
    put_table(text, group.methods);
  }
  return text;
}

}  // namespace joulecast::report
