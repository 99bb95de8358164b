#include "session/runs/export_run.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

#include "formats/emissions_csv.hpp"
#include "formats/run_bundle.hpp"
#include "formats/run_csv.hpp"
#include "session/runs/view_run.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace fs = std::filesystem;
namespace {

constexpr double gibibyte = 1024.0 * 1024 * 1024;

/// Energy of a component in kWh: of each device the figure that no other contains. Nothing where none is
/// known.
std::optional<double> component_kwh(const report::RunReport& report, trace::Component component) {
  std::optional<double> sum;
  for (const auto& row : report.energy.components) {
    if (row.component != component || !row.energy) continue;
    const auto within = [&](const trace::Trace& trace) {
      return trace.channel.name == row.channel && trace.channel.node == row.node &&
             !trace.channel.contained_in.empty();
    };
    if (!row.in_total && std::ranges::any_of(report.run.traces, within)) continue;
    sum = sum.value_or(0) + to_kilowatt_hours(*row.energy).value();
  }
  return sum;
}

/// Mean over the devices of a component.
std::optional<double> mean_of(const report::RunReport& report, trace::Component component,
                              trace::Quantity quantity) {
  double sum = 0;
  int count = 0;
  for (const auto& mean : report.means) {
    if (mean.component != component || mean.quantity != quantity) continue;
    sum += mean.mean;
    ++count;
  }
  return count > 0 ? std::optional{sum / count} : std::nullopt;
}

std::optional<double> scaled(const std::optional<double>& value, double factor) {
  return value ? std::optional{*value * factor} : std::nullopt;
}

/// "gcp europe-west1" -> gcp, europe-west1
std::pair<std::string, std::string> provider_and_region(const std::string& text) {
  const auto at = text.find_first_of(" /:");
  if (at == std::string::npos) return {"", text};
  return {text.substr(0, at), text.substr(at + 1)};
}

formats::EmissionsRow emissions_row(const report::RunReport& report, const std::string& cloud_region) {
  const auto& run = report.run;
  formats::EmissionsRow row;
  if (run.started)
    row.timestamp =
        to_iso8601(WallTime{run.started->ns + std::llround(run.span.end.value() * 1e9)}).substr(0, 19);
  row.project_name = run.info.name;
  row.run_id = run.info.id;
  if (const auto tag = run.tags.find("experiment"); tag != run.tags.end()) row.experiment_id = tag->second;
  row.duration_s = run.span.length().value();
  if (report.carbon.mass) row.emissions_kg = report.carbon.mass->value() * 1e-3;
  row.cpu_energy_kwh = component_kwh(report, trace::Component::cpu);
  row.gpu_energy_kwh = component_kwh(report, trace::Component::gpu);
  row.ram_energy_kwh = component_kwh(report, trace::Component::dram);
  if (report.energy.total) row.energy_kwh = to_kilowatt_hours(*report.energy.total).value();
  if (report.carbon.intensity) {
    row.country_name = report.carbon.intensity->country;
    row.country_iso3 = report.carbon.intensity->country_iso3;
  }
  std::tie(row.cloud_provider, row.cloud_region) = provider_and_region(cloud_region);
  row.os = run.host.os;
  row.version = "joulecast " + run.host.joulecast_version;
  row.cpu_count = run.host.logical_cpus;
  row.cpu_model = run.host.cpu_model;
  row.gpu_count = run.info.training.gpu_count;
  row.gpu_model = run.info.training.gpu;
  row.ram_total_gib = scaled(run.host.memory_bytes, 1 / gibibyte);
  row.cpu_utilization_percent =
      scaled(mean_of(report, trace::Component::cpu, trace::Quantity::utilisation), 100);
  row.gpu_utilization_percent =
      scaled(mean_of(report, trace::Component::gpu, trace::Quantity::utilisation), 100);
  row.ram_used_gib =
      scaled(mean_of(report, trace::Component::dram, trace::Quantity::memory_used), 1 / gibibyte);
  row.pue = report.carbon.pue;
  return row;
}

Status append_emissions(const store::Store& store, const std::string& reference, const Place& place,
                        const fs::path& file) {
  const auto report = view_run(store, reference, place);
  if (!report) return propagate(report.error());
  const auto& region = place.cloud_region.empty() ? report->run.place.cloud_region : place.cloud_region;
  return formats::append_emissions_csv(emissions_row(*report, region), file);
}

}  // namespace

Result<std::vector<fs::path>> export_run(const store::Store& store, const std::string& reference,
                                         const Place& place, const ExportTargets& targets) {
  if (auto status = carbon::check(place); !status) return propagate(status.error());
  if (targets.bundle.empty() && targets.readings_csv.empty() && targets.epochs_csv.empty() &&
      targets.emissions.empty())
    return fail(ErrorKind::invalid, "export",
                "nothing to write: give --bundle, --csv, --epochs-csv or --emissions");
  for (const auto& target : {targets.bundle, targets.readings_csv, targets.epochs_csv, targets.emissions})
    if (target == "-")
      return fail(ErrorKind::invalid, "export", "writes files, not standard output: name one");
  const auto run = store.load(reference);
  if (!run) return propagate(run.error());

  std::vector<fs::path> written;
  const auto write = [&](const fs::path& target, const std::function<Status()>& action) -> Status {
    if (target.empty()) return {};
    auto status = action();
    if (status) written.push_back(target);
    return status;
  };
  const Status steps[] = {
      write(targets.bundle, [&] { return formats::write_run_bundle(*run, targets.bundle); }),
      write(targets.readings_csv, [&] { return formats::write_readings_csv(*run, targets.readings_csv); }),
      write(targets.epochs_csv,
            [&] { return formats::write_epochs_csv(*run, trace::epoch_energies(*run), targets.epochs_csv); }),
      write(targets.emissions, [&] { return append_emissions(store, reference, place, targets.emissions); }),
  };
  for (const auto& step : steps)
    if (!step) return propagate(step.error());
  return written;
}

}  // namespace joulecast::session
