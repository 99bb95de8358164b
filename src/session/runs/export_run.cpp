#include "session/runs/export_run.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>
#include <utility>

#include "carbon/intensity.hpp"
#include "formats/emissions_csv.hpp"
#include "formats/run_bundle.hpp"
#include "formats/run_csv.hpp"
#include "session/runs/open_store.hpp"
#include "session/runs/run_summary.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace fs = std::filesystem;
namespace {

constexpr double gibibyte = 1024.0 * 1024 * 1024;

/// Energy of a component in kWh: for each device the figure that no other contains. Nothing if none is known.
std::optional<double> component_kwh(const RunSummary& summary, trace::Component component) {
  std::optional<double> sum;
  for (const auto& row : summary.energy.components) {
    if (row.component != component || !row.energy) continue;
    const auto within = [&](const trace::Trace& trace) {
      return trace.channel.name == row.channel && trace.channel.node == row.node &&
             !trace.channel.contained_in.empty();
    };
    if (!row.in_total && std::ranges::any_of(summary.run.traces, within)) continue;
    sum = sum.value_or(0) + to_kilowatt_hours(*row.energy).value();
  }
  return sum;
}

/// Mean over the devices of a component.
std::optional<double> mean_of(const RunSummary& summary, trace::Component component,
                              trace::Quantity quantity) {
  double sum = 0;
  int count = 0;
  for (const auto& mean : summary.means) {
    if (mean.component != component || mean.quantity != quantity) continue;
    sum += mean.mean;
    ++count;
  }
  return count > 0 ? std::optional{sum / count} : std::nullopt;
}

std::optional<double> scaled(const std::optional<double>& value, double factor) {
  return value ? std::optional{*value * factor} : std::nullopt;
}

/// Splits "gcp europe-west1" into gcp and europe-west1.
std::pair<std::string, std::string> provider_and_region(const std::string& text) {
  const auto at = text.find_first_of(" /:");
  if (at == std::string::npos) return {"", text};
  return {text.substr(0, at), text.substr(at + 1)};
}

formats::EmissionsRow emissions_row(const RunSummary& summary, const std::string& cloud_region) {
  const auto& run = summary.run;
  formats::EmissionsRow row;
  if (run.started)
    row.timestamp =
        to_iso8601(WallTime{run.started->ns + std::llround(run.span.end.value() * 1e9)}).substr(0, 19);
  row.project_name = run.info.name;
  row.run_id = run.info.id;
  if (const auto tag = run.tags.find("experiment"); tag != run.tags.end()) row.experiment_id = tag->second;
  row.duration_s = run.span.length().value();
  if (summary.carbon.mass) row.emissions_kg = summary.carbon.mass->value() * 1e-3;
  row.cpu_energy_kwh = component_kwh(summary, trace::Component::cpu);
  row.gpu_energy_kwh = component_kwh(summary, trace::Component::gpu);
  row.ram_energy_kwh = component_kwh(summary, trace::Component::dram);
  if (summary.energy.total) row.energy_kwh = to_kilowatt_hours(*summary.energy.total).value();
  if (summary.carbon.intensity) {
    row.country_name = summary.carbon.intensity->country;
    row.country_iso3 = summary.carbon.intensity->country_iso3;
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
      scaled(mean_of(summary, trace::Component::cpu, trace::Quantity::utilisation), 100);
  row.gpu_utilization_percent =
      scaled(mean_of(summary, trace::Component::gpu, trace::Quantity::utilisation), 100);
  row.ram_used_gib =
      scaled(mean_of(summary, trace::Component::dram, trace::Quantity::memory_used), 1 / gibibyte);
  row.pue = summary.carbon.pue;
  return row;
}

Status append_emissions(const store::RunStore& store, const std::string& id, const Place& place,
                        const fs::path& file) {
  const auto summary = summarise_run(store, id, place);
  if (!summary) return propagate(summary.error());
  const auto& region = place.cloud_region.empty() ? summary->run.place.cloud_region : place.cloud_region;
  return formats::append_emissions_csv(emissions_row(*summary, region), file);
}

Status check(const ExportTargets& targets) {
  const auto all = {targets.bundle, targets.readings_csv, targets.epochs_csv, targets.emissions};
  if (std::ranges::all_of(all, [](const auto& target) { return target.empty(); }))
    return fail(ErrorKind::invalid, "targets", "nothing to write: no target was named");
  if (std::ranges::any_of(all, [](const auto& target) { return target == "-"; }))
    return fail(ErrorKind::invalid, "export", "writes files, not standard output: name one");
  return {};
}

}  // namespace

Result<ExportedRun> export_run(const ExportRequest& request) {
  const auto store = open_store(request.store, store::Access::read);
  if (!store) return propagate(store.error());
  if (auto status = carbon::check(request.place); !status) return propagate(status.error());
  const auto& targets = request.targets;
  if (auto status = check(targets); !status) return propagate(status.error());
  auto choice = (*store)->resolve(request.run);
  if (!choice) return propagate(choice.error());
  const auto run = (*store)->load(choice->id);
  if (!run) return propagate(run.error());

  ExportedRun exported{std::move(*choice), {}};
  const std::pair<fs::path, std::function<Status()>> steps[] = {
      {targets.bundle, [&] { return formats::write_run_bundle(*run, targets.bundle); }},
      {targets.readings_csv, [&] { return formats::write_readings_csv(*run, targets.readings_csv); }},
      {targets.epochs_csv,
       [&] { return formats::write_epochs_csv(*run, trace::epoch_energies(*run), targets.epochs_csv); }},
      {targets.emissions,
       [&] { return append_emissions(**store, exported.choice.id, request.place, targets.emissions); }},
  };
  for (const auto& [target, write] : steps) {
    if (target.empty()) continue;
    if (auto status = write(); !status) return propagate(status.error());
    exported.written.push_back(target);
  }
  return exported;
}

}  // namespace joulecast::session
