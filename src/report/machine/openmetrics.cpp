#include "report/machine/openmetrics.hpp"

#include <array>

#include "base/version.hpp"

namespace joulecast::report {
namespace {

using session::GaugeState;
using session::MeterState;
using session::NodeState;
using session::RunningRun;
using session::RunningRuns;
using trace::Quantity;
using enum MetricType;

double seconds_of(WallTime time) {
  return static_cast<double>(time.ns / 1'000'000) / 1000;
}

std::string_view yes_no(bool value) {
  return value ? "yes" : "no";
}

struct GaugeFamily {
  Quantity quantity;
  std::string_view name, unit, help;
};

constexpr std::array gauge_families{
    GaugeFamily{Quantity::utilisation, "joulecast_utilization_ratio", "ratio",
                "Share of time in which the device was busy."},
    GaugeFamily{Quantity::memory_utilisation, "joulecast_memory_utilization_ratio", "ratio",
                "Share of time in which the device's memory was read or written."},
    GaugeFamily{Quantity::memory_used, "joulecast_memory_used_bytes", "bytes", "Memory in use."},
    GaugeFamily{Quantity::temperature, "joulecast_temperature_celsius", "celsius", "Temperature."},
    GaugeFamily{Quantity::frequency, "joulecast_frequency_hertz", "hertz", "Clock."},
    GaugeFamily{Quantity::throttled_by_power, "joulecast_throttled_by_power_ratio", "ratio",
                "Share of time in which the device held its clocks down to keep its power limit."},
    GaugeFamily{Quantity::throttled_by_heat, "joulecast_throttled_by_heat_ratio", "ratio",
                "Share of time in which the device held its clocks down because it was too hot."},
};

template <class Value>
void write_meters(MetricsWriter& writer, const NodeState& node, Value value) {
  for (const auto& meter : node.meters)
    writer.sample({{"component", name_of(meter.component)}, {"device", meter.device}}, value(meter));
}

void write_totals(MetricsWriter& writer, const NodeState& node) {
  if (node.meters.empty()) return;
  writer.family("joulecast_node_energy_joules", counter, "joules",
                "Energy of the whole machine as far as it is known: every joule once.");
  writer.count({}, node.total.value(), node.began);
  writer.family("joulecast_node_power_watts", gauge, "watts",
                "Power of the whole machine as far as it is known; absent while a part of it is silent.");
  if (node.power) writer.sample({}, node.power->value());
}

template <class Value>
void write_run_family(MetricsWriter& writer, const RunningRuns& runs, std::string_view name,
                      std::string_view unit, std::string_view help, Value value) {
  writer.family(name, gauge, unit, help);
  for (const auto& run : runs.runs)
    writer.sample({{"run", run.id}, {"name", run.name}}, std::optional<double>(value(run)));
}

template <class Quantity>
std::optional<double> number(const std::optional<Quantity>& value) {
  return value ? std::optional(value->value()) : std::nullopt;
}

void write_projections(MetricsWriter& writer, const RunningRuns& runs) {
  const auto add = [&](std::string_view name, std::string_view unit, std::string_view help, auto value) {
    write_run_family(writer, runs, name, unit, help, [&](const RunningRun& run) -> std::optional<double> {
      return run.projection ? std::optional<double>(value(*run.projection)) : std::nullopt;
    });
  };
  using trace::Projection;
  add("joulecast_run_projected_energy_joules", "joules", "What the whole run is expected to use.",
      [](const Projection& p) { return std::optional(p.total.value()); });
  add("joulecast_run_projected_energy_low_joules", "joules", "Lower end of the forecast's 90 % interval.",
      [](const Projection& p) { return number(p.low); });
  add("joulecast_run_projected_energy_high_joules", "joules", "Upper end of the forecast's 90 % interval.",
      [](const Projection& p) { return number(p.high); });
  add("joulecast_run_projection_ready", "", "Whether the forecast is reliable: 1 = yes, 0 = not yet.",
      [](const Projection& p) { return std::optional(p.ready ? 1.0 : 0.0); });
  add("joulecast_run_progress_ratio", "ratio", "Share of the work that was done at the latest forecast.",
      [](const Projection& p) { return std::optional(p.share); });
}

}  // namespace

void write_node(MetricsWriter& writer, const NodeState& node) {
  writer.family("joulecast_energy_joules", counter, "joules",
                "Energy of a device. Do not add devices up: some contain others "
                "(joulecast_meter_info); joulecast_node_energy_joules is the sum.");
  for (const auto& meter : node.meters)
    writer.count({{"component", name_of(meter.component)}, {"device", meter.device}}, meter.energy.value(),
                 node.began);
  writer.family("joulecast_power_watts", gauge, "watts", "Power of a device; absent while it is not known.");
  write_meters(writer, node, [](const MeterState& meter) { return number(meter.power); });
  write_totals(writer, node);
  writer.family("joulecast_meter", info, "",
                "Where a device's energy comes from, and whether the node's total counts it by itself.");
  for (const auto& meter : node.meters)
    writer.info({{"component", name_of(meter.component)},
                 {"device", meter.device},
                 {"device_name", meter.device_name},
                 {"sensor", meter.sensor},
                 {"channel", meter.channel},
                 {"provenance", name_of(meter.provenance)},
                 {"in_total", yes_no(meter.in_total)}});
  writer.family("joulecast_meter_up", gauge, "",
                "Whether the device's meter answers: 1 = yes, 0 = it is gone.");
  write_meters(writer, node, [](const MeterState& meter) { return std::optional(meter.up ? 1.0 : 0.0); });
  writer.family("joulecast_meter_last_reading_timestamp_seconds", gauge, "seconds",
                "When the device's meter was last read, in seconds since 1970.");
  write_meters(writer, node, [](const MeterState& meter) {
    return meter.last_reading.ns != 0 ? std::optional(seconds_of(meter.last_reading)) : std::nullopt;
  });
  for (const auto& family : gauge_families) {
    writer.family(family.name, gauge, family.unit, family.help);
    for (const auto& now : node.gauges)
      if (now.quantity == family.quantity)
        writer.sample({{"component", name_of(now.component)}, {"device", now.device}}, now.value);
  }
}

void write_runs(MetricsWriter& writer, const RunningRuns& runs) {
  writer.family("joulecast_store_up", gauge, "", "Whether the store of the runs can be read: 1 = yes.");
  writer.sample({}, runs.store_answers ? 1.0 : 0.0);
  if (!runs.store_answers) return;
  writer.family("joulecast_running_runs", gauge, "", "Runs that this machine records now.");
  writer.sample({}, static_cast<double>(runs.runs.size() + runs.left_out));
  writer.family("joulecast_running_runs_left_out", gauge, "",
                "Those of them that have no metrics of their own.");
  writer.sample({}, static_cast<double>(runs.left_out));
  write_run_family(writer, runs, "joulecast_run_energy_joules", "joules", "What the run has used so far.",
                   [](const RunningRun& run) { return number(run.energy); });
  write_run_family(writer, runs, "joulecast_run_power_watts", "watts", "What the run draws.",
                   [](const RunningRun& run) { return number(run.power); });
  write_projections(writer, runs);
  write_run_family(writer, runs, "joulecast_run_budget_joules", "joules",
                   "What the run may use, as its tag budget says.",
                   [](const RunningRun& run) { return number(run.budget); });
  write_run_family(writer, runs, "joulecast_run_start_timestamp_seconds", "seconds",
                   "When the run began, in seconds since 1970.", [](const RunningRun& run) {
                     return run.started ? std::optional(seconds_of(*run.started)) : std::nullopt;
                   });
}

void write_exporter(MetricsWriter& writer, const NodeState& node, const ExporterCost& cost) {
  writer.family("joulecast_exporter_build", info, "", "The version that serves these metrics.");
  writer.info({{"version", version}});
  writer.family("joulecast_exporter_cpu_seconds", counter, "seconds", "CPU time of this program itself.");
  writer.count({}, cost.cpu.value(), cost.began);
  writer.family("joulecast_exporter_scrapes", counter, "", "Answered requests for metrics.");
  writer.count({}, cost.answers, cost.began);
  writer.family("joulecast_sensor_up", gauge, "", "Whether a sensor still reads all that it read at first.");
  for (const auto& sensor : node.sensors) writer.sample({{"sensor", sensor.sensor}}, sensor.up ? 1.0 : 0.0);
  writer.family("joulecast_sensor_readings", counter, "", "Readings of a sensor.");
  for (const auto& sensor : node.sensors)
    writer.count({{"sensor", sensor.sensor}}, static_cast<double>(sensor.readings), node.began);
  writer.family("joulecast_sensor_failed_readings", counter, "", "Readings in which a value was missing.");
  for (const auto& sensor : node.sensors)
    writer.count({{"sensor", sensor.sensor}}, static_cast<double>(sensor.failed_readings), node.began);
  writer.family("joulecast_exporter_dropped_readings", counter, "", "Values that were read and lost again.");
  writer.count({}, static_cast<double>(node.dropped_readings), node.began);
}

std::string metrics_text(const NodeState& node, const RunningRuns& runs, const ExporterCost& cost,
                         MetricsFormat format) {
  MetricsWriter writer(format);
  write_node(writer, node);
  write_runs(writer, runs);
  write_exporter(writer, node, cost);
  return writer.finish();
}

}  // namespace joulecast::report
