#include "report/evaluate/cpu_evaluation_report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

void put_scores(Json& json, const session::CpuScores& scores, const session::CpuScores& without_clock) {
  json["mean_ape"] = or_null(scores.mean_ape);
  json["median_ape"] = or_null(scores.median_ape);
  json["coverage"] = or_null(scores.coverage);
  json["interval_width"] = or_null(scores.interval_width);
  json["mean_ape_without_clock"] = or_null(without_clock.mean_ape);
  json["coverage_without_clock"] = or_null(without_clock.coverage);
  json["interval_width_without_clock"] = or_null(without_clock.interval_width);
}

void put_line(std::string& text, const std::string& cpu, std::size_t rows, std::string_view coefficients,
              const session::CpuScores& scores, const session::CpuScores& without_clock,
              const std::string& idle) {
  fmt::format_to(std::back_inserter(text), "{:<32} {:>5} {:<9} {:>6.1f} {:>9.1f} {:>8.1f} {:>8.0f}  {}\n",
                 cpu, rows, coefficients, scores.mean_ape, without_clock.mean_ape, 100 * scores.coverage,
                 scores.interval_width, idle);
}

}  // namespace

Json to_json(const session::CpuEvaluation& evaluation) {
  Json json{{"cpus", evaluation.groups.size()},
            {"rows", evaluation.rows},
            {"unsteady_rows", evaluation.unsteady_rows}};
  put_scores(json, evaluation.scores, evaluation.without_clock);
  json["groups"] = Json::array();
  for (const auto& group : evaluation.groups) {
    Json entry{{"cpu", group.cpu},           {"sockets", group.sockets},
               {"cores", group.cores},       {"coefficients", name_of(group.knowledge)},
               {"clock", group.clock_given}, {"rows", group.rows}};
    put_scores(entry, group.scores, group.without_clock);
    entry["idle_w"] = or_null(group.idle);
    entry["modelled_idle_w"] = or_null(group.modelled_idle);
    json["groups"].push_back(std::move(entry));
  }
  return json;
}

std::string to_json_text(const session::CpuEvaluation& evaluation) {
  return json_text(to_json(evaluation));
}

std::string to_text(const session::CpuEvaluation& evaluation) {
  const auto groups = evaluation.groups.size();
  auto text = fmt::format(
      "Modelled power of {} CPU{} on {} readings of package power under load, each CPU of equal weight.\n"
      "Mean errors and widths in percent of the measured power, with the clock where the table gives it;\n"
      "'no clock' is the error as if it did not. 'covered' is the share of readings inside the 90 %\n"
      "interval. Coefficients: 'new' = as shipped; 'left out' = fitted to the other CPUs of the table;\n"
      "'fitted' = as shipped, and this CPU is among those that they are fitted to.\n",
      groups, groups == 1 ? "" : "s", evaluation.rows);
  if (const auto rows = evaluation.unsteady_rows; rows > 0)
    text += fmt::format("{} reading{} left out: taken before the power was steady.\n", rows,
                        rows == 1 ? " is" : "s are");
  text += fmt::format("\n{:<32} {:>5} {:<9} {:>6} {:>9} {:>8} {:>8}  {}\n", "cpu", "rows", "coeffs", "error",
                      "no clock", "covered", "width", "idle, modelled");
  for (const auto& group : evaluation.groups)
    put_line(text, printable(group.cpu), group.rows, name_of(group.knowledge), group.scores,
             group.without_clock,
             fmt::format("{}, {:.1f} W", group.idle ? fmt::format("{:.1f} W", group.idle->value()) : "-",
                         group.modelled_idle.value()));
  put_line(text, "mean", evaluation.rows, "", evaluation.scores, evaluation.without_clock, "");
  while (text.ends_with(" \n")) text.erase(text.size() - 2, 1);
  return text;
}

}  // namespace joulecast::report
