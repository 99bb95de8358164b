#include "report/tables/left_out_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/json_value.hpp"

namespace joulecast::report {

std::vector<std::string> with_left_out(std::span<const session::LeftOutRuns> left_out,
                                       std::string_view without_figure,
                                       const std::vector<std::string>& warnings) {
  using session::LeftOutReason;
  std::vector<std::string> lines;
  for (const auto& entry : left_out) {
    const bool figure = entry.reason == LeftOutReason::no_energy || entry.reason == LeftOutReason::no_figure;
    lines.push_back(fmt::format("{}, {}: {}", session::describe(entry), figure ? without_figure : "left out",
                                session::first_runs(entry.runs)));
  }
  lines.insert(lines.end(), warnings.begin(), warnings.end());
  return lines;
}

void put_left_out(nlohmann::ordered_json& json, std::span<const session::LeftOutRuns> left_out,
                  std::string_view without_figure, const std::vector<std::string>& warnings) {
  for (const auto& entry : left_out)
    json["runs_left_out"].push_back({{"reason", session::name_of(entry.reason)},
                                     {"column", or_null(entry.column)},
                                     {"count", entry.runs.size()},
                                     {"runs", entry.runs}});
  json["warnings"] = with_left_out(left_out, without_figure, warnings);
}

}  // namespace joulecast::report
