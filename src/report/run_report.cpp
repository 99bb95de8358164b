#include "report/run_report.hpp"

#include <utility>

namespace joulecast::report {
namespace {

bool is_shown_as_mean(trace::Quantity quantity) {
  return quantity != trace::Quantity::energy && quantity != trace::Quantity::power;
}

std::vector<GaugeMean> means_of(const trace::Run& run) {
  std::vector<GaugeMean> means;
  for (const auto& trace : run.traces) {
    const auto& channel = trace.channel;
    if (!is_shown_as_mean(channel.quantity)) continue;
    if (const auto mean = trace::time_mean(trace, run.span))
      means.push_back({channel.component, channel.device, channel.node, channel.quantity, *mean});
  }
  return means;
}

std::optional<IdleSplit> idle_of(const trace::Run& run, const trace::RunEnergy& energy) {
  if (!run.idle_baseline || !energy.total) return std::nullopt;
  const auto baseline = *run.idle_baseline * run.span.length();
  return IdleSplit{*run.idle_baseline, baseline, *energy.total - baseline};
}

}  // namespace

Place request_of(const Place& place) {
  return {.country = place.country,
          .cloud_region = place.cloud_region,
          .intensity_g_per_kwh = place.intensity_g_per_kwh,
          .pue = place.pue};
}

RunReport make_run_report(trace::Run run, const Place& place, const Result<carbon::IntensityTable>& table) {
  RunReport report;
  report.energy = trace::energy_of(run);
  report.epoch_energy = trace::epoch_energies(run);
  report.idle = idle_of(run, report.energy);
  report.means = means_of(run);
  if (report.energy.total) {
    report.carbon = carbon::estimate(to_kilowatt_hours(*report.energy.total), place, table);
    const auto covered = run.span.length() * report.energy.coverage;
    if (covered > Seconds{0}) report.mean_power = *report.energy.total / covered;
  } else {
    report.carbon.reason = "the energy is not known";
  }
  report.run = std::move(run);
  return report;
}

std::optional<double> projection_error(const RunReport& report, const trace::Projection& projection) {
  const bool ended = report.run.status == trace::RunStatus::finished;
  if (!ended || !report.energy.total || *report.energy.total <= Joules{0}) return std::nullopt;
  return 100 * (projection.total / *report.energy.total - 1);
}

}  // namespace joulecast::report
