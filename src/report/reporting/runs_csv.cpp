#include <fmt/format.h>

#include <algorithm>

#include "base/csv_scanner.hpp"
#include "base/printable.hpp"
#include "report/phrases.hpp"
#include "report/reporting/runs_report.hpp"

namespace joulecast::report {
namespace {

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::optional<double> value_of(const std::optional<Joules>& energy) {
  return energy ? std::optional(energy->value()) : std::nullopt;
}

std::string row_of(const session::ReportedRun& run) {
  const auto& summary = run.summary;
  const auto& record = summary.run;
  const auto& energy = summary.energy;
  std::optional<double> low, high;
  if (energy.total && energy.relative_uncertainty > 0) {
    low = energy.total->value() * std::max(0.0, 1 - energy.relative_uncertainty);
    high = energy.total->value() * (1 + energy.relative_uncertainty);
  }
  const auto share = [&](double session::ProvenanceShares::*which) {
    return run.shares ? number((*run.shares).*which) : "";
  };
  std::string quality;
  if (run.epochs && run.epochs->best) quality = number(run.epochs->points[*run.epochs->best].quality);
  const auto metric = run.epochs && run.epochs->metric ? run.epochs->metric->name : "";
  const std::vector<std::string> cells{csv_cell(record.info.id),
                                       csv_cell(record.info.name),
                                       std::string(name_of(record.status)),
                                       record.started ? to_iso8601(*record.started) : "",
                                       number(record.span.length().value()),
                                       number(value_of(energy.total)),
                                       number(low),
                                       number(high),
                                       share(&session::ProvenanceShares::measured),
                                       share(&session::ProvenanceShares::modelled),
                                       share(&session::ProvenanceShares::assumed),
                                       energy.total ? number(energy.coverage) : "",
                                       csv_cell(join(energy.missing, " ")),
                                       summary.carbon.mass ? number(summary.carbon.mass->value()) : "",
                                       run.money ? number(run.money->amount) : "",
                                       run.money ? csv_cell(run.money->currency) : "",
                                       csv_cell(metric),
                                       quality,
                                       run.epochs ? number(value_of(run.epochs->after_best)) : ""};
  return join(cells, ",") + "\n";
}

}  // namespace

std::string to_csv(const session::RunsReport& report) {
  std::string csv =
      "run_id,name,status,started,duration_s,energy_j,energy_low_j,energy_high_j,measured_share,modelled_"
      "share,"
      "assumed_share,coverage,missing,emissions_g,price,currency,metric,best,energy_after_best_j\n";
  for (const auto& run : report.runs) csv += row_of(run);
  return printable_lines(csv);
}

}  // namespace joulecast::report
