#include "report/runs/run_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/runs/nodes_text.hpp"
#include "report/runs/run_words.hpp"
#include "report/runs/segments_text.hpp"
#include "trace/fields.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// Half-width of an interval; 0 stands for one that nobody stated.
Json stated_or_null(double uncertainty) {
  return uncertainty > 0 ? or_null(uncertainty) : Json(nullptr);
}

Json energy_json(const trace::RunEnergy& energy) {
  auto rows = Json::array();
  for (const auto& row : energy.components)
    rows.push_back({{"component", std::string(name_of(row.component))},
                    {"device", row.device},
                    {"node", row.node},
                    {"energy_j", or_null(row.energy)},
                    {"provenance", std::string(name_of(row.provenance))},
                    {"coverage", row.coverage},
                    {"relative_uncertainty", stated_or_null(row.relative_uncertainty)},
                    {"in_total", row.in_total},
                    {"channel", row.channel}});
  return {
      {"total", or_null(energy.total)}, {"provenance", std::string(name_of(energy.provenance))},
      {"coverage", energy.coverage},    {"relative_uncertainty", stated_or_null(energy.relative_uncertainty)},
      {"missing", energy.missing},      {"not_measured_s", or_null(energy.not_measured)},
      {"by_component", std::move(rows)}};
}

Json phase_of(const session::RunSummary& summary, const trace::Epoch& epoch) {
  const auto& names = summary.course.phase_names;
  return epoch.phase < names.size() ? Json(names[epoch.phase]) : Json(nullptr);
}

Json phases_json(const session::RunSummary& summary) {
  auto list = Json::array();
  for (std::size_t i = 0; i < summary.run.phases.size(); ++i) {
    const auto& phase = summary.run.phases[i];
    list.push_back({{"phase", summary.course.phase_names[i]},
                    {"unit", or_null(phase.unit)},
                    {"start_s", phase.span.begin.value()},
                    {"end_s", phase.span.end.value()},
                    {"work", phase.work},
                    {"total_work", or_null(phase.total_work)},
                    {"energy_j", or_null(summary.course.phase_energy[i])}});
  }
  return list;
}

Json windows_json(const session::RunSummary& summary) {
  auto list = Json::array();
  for (std::size_t i = 0; i < summary.run.windows.size(); ++i) {
    const auto& window = summary.run.windows[i];
    list.push_back({{"window", window.name},
                    {"name", window.name},
                    {"start_s", window.span.begin.value()},
                    {"end_s", window.span.end.value()},
                    {"energy_j", or_null(summary.course.window_energy[i])}});
  }
  return list;
}

Json window_totals_json(const session::RunSummary& summary) {
  auto list = Json::array();
  const auto& all = summary.energy.total;
  for (const auto& total : summary.course.windows) {
    const bool shared = total.energy && all && *all > Joules{0};
    list.push_back({{"window", total.name},
                    {"count", total.count},
                    {"duration_s", total.duration.value()},
                    {"energy_j", or_null(total.energy)},
                    {"share", shared ? Json(*total.energy / *all) : Json(nullptr)},
                    {"complete", total.complete}});
  }
  return list;
}

Json work_cost_json(const session::WorkCost& cost) {
  return {{"per_1000_steps_j", or_null(cost.per_1000_steps)},
          {"per_sample_j", or_null(cost.per_sample)},
          {"per_million_tokens_j", or_null(cost.per_million_tokens)}};
}

Json parts_json(const session::RunCourse& course) {
  auto list = Json::array();
  for (std::size_t i = 0; i < course.parts.size(); ++i) {
    const auto& part = course.parts[i];
    list.push_back({{"phase", course.phase_names[part.phase]},
                    {"from", part.from},
                    {"to", part.to},
                    {"start_s", part.span.begin.value()},
                    {"end_s", part.span.end.value()},
                    {"energy_j", or_null(course.part_energy[i])}});
  }
  return list;
}

Json epochs_json(const session::RunSummary& summary) {
  auto epochs = Json::array();
  for (std::size_t i = 0; i < summary.run.epochs.size(); ++i) {
    const auto& epoch = summary.run.epochs[i];
    auto metrics = Json::object();
    for (const auto& [name, value] : epoch.metrics) metrics[name] = or_null(value);
    epochs.push_back({{"epoch", epoch.index},
                      {"start_s", epoch.span.begin.value()},
                      {"end_s", epoch.span.end.value()},
                      {"energy_j", or_null(summary.epoch_energy[i])},
                      {"work", or_null(epoch.work)},
                      {"phase", phase_of(summary, epoch)},
                      {"metrics", std::move(metrics)}});
  }
  return epochs;
}

Json projections_json(const session::RunSummary& summary) {
  auto list = Json::array();
  for (const auto& projection : summary.run.projections)
    list.push_back({{"time_s", projection.time.value()},
                    {"share", or_null(projection.share)},
                    {"method", projection.method},
                    {"total_j", or_null(projection.total.value())},
                    {"low_j", or_null(projection.low)},
                    {"high_j", or_null(projection.high)},
                    {"ready", projection.ready},
                    {"withdrawn", projection.withdrawn},
                    {"error_pct", or_null(projection_error(summary, projection))}});
  return list;
}

Json carbon_json(const carbon::Estimate& carbon) {
  Json json{{"emissions_g", or_null(carbon.mass)},
            {"provenance", std::string(name_of(carbon.provenance))},
            {"pue", carbon.pue},
            {"pue_given", carbon.pue_given},
            {"reason", or_null(carbon.reason)}};
  if (!carbon.intensity) return json;
  const auto& intensity = *carbon.intensity;
  json["intensity_g_per_kwh"] = intensity.value.value();
  json["year"] = intensity.year == 0 ? Json(nullptr) : Json(intensity.year);
  json["country"] = or_null(intensity.country);
  json["country_iso3"] = or_null(intensity.country_iso3);
  json["source"] = intensity.source;
  return json;
}

Json sensors_json(const std::vector<trace::SensorStatus>& sensors) {
  auto list = Json::array();
  for (const auto& sensor : sensors)
    list.push_back({{"sensor", sensor.sensor},
                    {"used", sensor.used},
                    {"reason", or_null(sensor.reason)},
                    {"readings", sensor.readings},
                    {"failed_readings", sensor.failed_readings},
                    {"mean_latency_s", sensor.mean_latency.value()},
                    {"max_latency_s", sensor.max_latency.value()}});
  return list;
}

Json idle_json(const std::optional<session::IdleSplit>& idle) {
  if (!idle) return nullptr;
  return {{"idle_w", idle->power.value()},
          {"baseline_j", idle->baseline.value()},
          {"net_j", idle->net.value()},
          {"remark", net_text(*idle)}};
}

Json host_json(const trace::HostInfo& host) {
  return {{"hostname", or_null(host.hostname)},
          {"os", or_null(host.os)},
          {"cpu_model", or_null(host.cpu_model)},
          {"logical_cpus", or_null(host.logical_cpus)},
          {"memory_bytes", or_null(host.memory_bytes)},
          {"gpus", host.gpus},
          {"joulecast_version", or_null(host.joulecast_version)}};
}

/// Null where no batch system and no launcher said anything.
Json job_json(const trace::Job& job) {
  if (!is_known(job)) return nullptr;
  auto json = Json::object();
  visit_job(job, [&](const char* key, const auto& value) { json[key] = or_null(value); });
  return json;
}

Json training_json(const trace::RunInfo& info) {
  return {{"source", or_null(info.source)},
          {"gpu", or_null(info.training.gpu)},
          {"gpu_count", or_null(info.training.gpu_count)},
          {"architecture", or_null(info.training.architecture)},
          {"framework", or_null(info.training.framework)},
          {"dataset", or_null(info.training.dataset)},
          {"batch_size", or_null(info.training.batch_size)},
          {"total_work", or_null(info.total_work)},
          {"work_unit", or_null(info.work_unit)},
          {"quality", info.quality}};
}

Json means_json(const std::vector<session::GaugeMean>& means) {
  auto list = Json::array();
  for (const auto& mean : means)
    list.push_back({{"component", std::string(name_of(mean.component))},
                    {"device", mean.device},
                    {"node", mean.node},
                    {"quantity", std::string(name_of(mean.quantity))},
                    {"unit", std::string(unit_of(mean.quantity))},
                    {"mean", mean.mean}});
  return list;
}

}  // namespace

nlohmann::ordered_json to_json(const session::RunSummary& summary) {
  const auto& run = summary.run;
  Json json{{"id", run.info.id},
            {"name", run.info.name},
            {"status", std::string(name_of(run.status))},
            {"exit_status", or_null(run.exit_status)},
            {"started", run.started ? Json(to_iso8601(*run.started)) : Json(nullptr)},
            {"duration_s", run.span.length().value()},
            {"command", run.command},
            {"tags", run.tags},
            {"energy_j", energy_json(summary.energy)},
            {"mean_power_w", or_null(summary.mean_power)},
            {"idle", idle_json(summary.idle)},
            {"carbon", carbon_json(summary.carbon)},
            {"epochs", epochs_json(summary)},
            {"phases", phases_json(summary)},
            {"steps", parts_json(summary.course)},
            {"energy_per_work", work_cost_json(summary.course.cost)},
            {"windows", windows_json(summary)},
            {"window_totals", window_totals_json(summary)},
            {"projections", projections_json(summary)},
            {"forecast_doubt", or_null(run.info.forecast_doubt)},
            {"means", means_json(summary.means)},
            {"sensors", sensors_json(run.sensors)},
            {"sampler_cpu_s", run.sampler_cpu.value()},
            {"notes", run.notes},
            {"training", training_json(run.info)},
            {"host", host_json(run.host)},
            {"job", job_json(run.info.job)}};
  json.update(segments_json(summary));
  json.update(nodes_json(summary));
  if (summary.last_heard) json["last_heard"] = to_iso8601(*summary.last_heard);
  return json;
}

std::string to_json_text(const session::RunSummary& summary) {
  return json_text(to_json(summary));
}

}  // namespace joulecast::report
