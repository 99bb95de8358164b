#include "report/cpu_evaluation_report.hpp"

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
              const std::string& with_clock, const session::CpuScores& without, const std::string& idle) {
  fmt::format_to(std::back_inserter(text), "{:<32} {:>5} {:<9} {:>8} {:>8.1f} {:>8.0f} {:>6.0f}  {}\n", cpu,
                 rows, coefficients, with_clock, without.mean_ape, 100 * without.coverage,
                 without.interval_width, idle);
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
  auto text = fmt::format(
      "Modelled power of {} CPU{} on {} readings of package power under load, each CPU of equal weight.\n"
      "Mean errors and widths in percent of the measured power. 'covered' is the share of readings inside\n"
      "the 90 % interval. Coefficients: 'new' = as shipped; 'left out' = fitted to the other CPUs of the\n"
      "table; 'fitted' = as shipped, and this CPU is among those that they are fitted to.\n",
      evaluation.groups.size(), evaluation.groups.size() == 1 ? "" : "s", evaluation.rows);
  if (evaluation.unsteady_rows > 0)
    text +=
        fmt::format("{} rows are left out: read before the power was steady.\n", evaluation.unsteady_rows);
  text += fmt::format("\n{:<32} {:>5} {:<9} {:>8} {:>8} {:>8} {:>6}  {}\n", "cpu", "rows", "coeffs", "clock",
                      "no clock", "covered", "width", "idle, modelled");
  for (const auto& group : evaluation.groups)
    put_line(text, printable(group.cpu), group.rows, name_of(group.knowledge),
             group.clock_given ? fmt::format("{:.1f}", group.scores.mean_ape) : "-", group.without_clock,
             fmt::format("{}, {:.1f} W", group.idle ? fmt::format("{:.1f} W", group.idle->value()) : "-",
                         group.modelled_idle.value()));
  put_line(text, "mean", evaluation.rows, "", fmt::format("{:.1f}", evaluation.scores.mean_ape),
           evaluation.without_clock, "");
  return text;
}

}  // namespace joulecast::report
