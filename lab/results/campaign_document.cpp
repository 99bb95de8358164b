#include "lab/results/campaign_document.hpp"

#include <fmt/format.h>

#include "base/csv_scanner.hpp"
#include "lab/results/words.hpp"

namespace joulecast::lab {
namespace {

std::string number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "";
}

std::string cells_of_spread(const std::optional<FigureSpread>& spread) {
  if (!spread) return ",,,";
  return fmt::format("{},{},{},{}", number(spread->median), number(spread->interval.low),
                     number(spread->interval.high), number(spread->variation));
}

}  // namespace

report::Document to_document(const CampaignReport& report) {
  report::Document document{"Campaign " + report.plan.name,
                            fmt::format("{}, {}", counted(report.plan.cells.size(), "cell"),
                                        counted(report.state.runs.size(), "run")),
                            {}};
  const auto put = [&](report::Section section) {
    if (!section.blocks.empty()) document.sections.push_back(std::move(section));
  };
  put(headline_section(report));
  put(cells_section(report));
  put(repetitions_section(report));
  for (auto& section : statistics_sections(report)) put(std::move(section));
  for (auto& section : tradeoff_sections(report)) put(std::move(section));
  for (auto& section : courses_sections(report)) put(std::move(section));
  put(failures_section(report));
  put(drift_section(report));
  put(conditions_section(report));
  put(method_section(report));
  return document;
}

std::string to_csv(const CampaignReport& report) {
  std::string csv;
  const bool other_cost = report.cost != "energy_j" && report.cost != "duration_s";
  for (const auto& factor : report.plan.factors) csv += csv_cell(factor.name) + ",";
  csv +=
      "finished,failed,given_up,provenance,energy_j,energy_j_low,energy_j_high,energy_variation,duration_s,"
      "duration_s_low,duration_s_high,duration_variation,quality,quality_low,quality_high,quality_variation,"
      "repetitions_state,relative_half_width";
  if (other_cost)
    for (const auto* ending : {"", "_low", "_high", "_variation"})
      csv += "," + csv_cell(report.cost + ending);
  csv += "\n";
  for (const auto& cell : report.facts.cells) {
    for (const auto& factor : report.plan.factors) csv += csv_cell(cell.cell->levels.at(factor.name)) + ",";
    csv += fmt::format("{},{},{},{},{},{},{},{},{}{}\n", cell.finished, cell.failed, cell.given_up ? 1 : 0,
                       name_of(cell.provenance), cells_of_spread(cell.energy), cells_of_spread(cell.duration),
                       cells_of_spread(cell.quality),
                       cell.decision ? std::string(name_of(cell.decision->state)) : "",
                       cell.decision ? number(cell.decision->relative_half_width) : "",
                       other_cost ? "," + cells_of_spread(cell.cost) : "");
  }
  return csv;
}

}  // namespace joulecast::lab
