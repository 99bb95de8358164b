#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/disclosure/disclosure_report.hpp"
#include "report/disclosure/words.hpp"
#include "report/json_value.hpp"
#include "report/phrases.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// "2026-02-01 13:45:07", in UTC.
std::string date_and_time(WallTime time) {
  auto text = to_iso8601(time);
  text[text.find('T')] = ' ';
  text.pop_back();
  return text;
}

void set(Json& json, const char* key, const std::string& value) {
  if (!value.empty()) json[key] = value;
}

void set(Json& json, const char* key, const std::optional<double>& value) {
  if (value && std::isfinite(*value)) json[key] = *value;
}

Json algorithm_of(const session::RunSummary& summary) {
  const auto training = session::training_of(summary);
  auto json = Json::object();
  set(json, "algorithmName", training.architecture);
  set(json, "framework", training.framework);
  if (training.params) json["parametersNumber"] = *training.params / 1e9;
  set(json, "epochsNumber", training.epochs);
  set(json, "optimizer", training.optimizer);
  set(json, "quantization", training.precision);
  return json;
}

Json task_of(const session::Disclosure& disclosure) {
  const auto& summary = disclosure.runs.front();
  const auto stage = disclosure.training_type == "fine-tuning" ? "finetuning" : "training";
  Json dataset{{"dataUsage", "input"}, {"dataType", disclosure.data.empty() ? "other" : disclosure.data}};
  set(dataset, "dataQuantity", summary.run.info.training.train_samples);
  Json task{{"taskStage", stage},
            {"taskFamily", disclosure.task.empty() ? "not stated" : disclosure.task},
            {"algorithms", Json::array({algorithm_of(summary)})},
            {"dataset", Json::array({dataset})}};
  const auto accuracy = summary.run.info.quality.find("accuracy");
  if (accuracy != summary.run.info.quality.end() && accuracy->second >= 0 && accuracy->second <= 1)
    task["measuredAccuracy"] = accuracy->second;
  task["taskDescription"] =
      fmt::format("Energy of {}: {} ({})", disclosure.model, energy_text(disclosure), basis_text(disclosure));
  return task;
}

/// How a component's energy was found: the sensors of its rows and their provenance.
std::string tracking_of(const session::RunSummary& summary, trace::Component component) {
  std::vector<std::string> ways;
  for (const auto& row : summary.energy.components) {
    if (row.component != component) continue;
    std::string way(row.energy ? name_of(row.provenance) : "not counted");
    const auto trace = std::ranges::find_if(summary.run.traces,
                                            [&](const auto& one) { return one.channel.name == row.channel; });
    if (row.energy && trace != summary.run.traces.end() && !trace->channel.sensor.empty())
      way = fmt::format("{} ({})", trace->channel.sensor, way);
    if (std::ranges::find(ways, way) == ways.end()) ways.push_back(std::move(way));
  }
  return join(ways, ", ");
}

std::optional<double> mean_use(const session::RunSummary& summary, trace::Component component) {
  double sum = 0;
  int count = 0;
  for (const auto& mean : summary.means) {
    if (mean.component != component || mean.quantity != trace::Quantity::utilisation) continue;
    sum += mean.mean;
    ++count;
  }
  return count > 0 ? std::optional(std::clamp(sum / count, 0.0, 1.0)) : std::nullopt;
}

Json measure_of(const session::RunSummary& summary) {
  const auto& run = summary.run;
  Json json{{"measurementMethod", "joulecast"}};
  set(json, "version", run.host.joulecast_version);
  set(json, "cpuTrackingMode", tracking_of(summary, trace::Component::cpu));
  set(json, "gpuTrackingMode", tracking_of(summary, trace::Component::gpu));
  set(json, "averageUtilizationCpu", mean_use(summary, trace::Component::cpu));
  set(json, "averageUtilizationGpu", mean_use(summary, trace::Component::gpu));
  json["powerConsumption"] = to_kilowatt_hours(*summary.energy.total).value();
  json["measurementDuration"] = run.span.length().value();
  if (run.started) json["measurementDateTime"] = date_and_time(*run.started);
  return json;
}

Json components_of(const session::RunSummary& summary) {
  auto list = Json::array();
  for (const auto& gpu : gpus_of(summary.run))
    list.push_back({{"componentName", gpu.name}, {"componentType", "gpu"}, {"nbComponent", gpu.count}});
  const auto processors = std::ranges::count(summary.energy.components, trace::Component::cpu,
                                             &trace::ComponentEnergy::component);
  Json cpu{{"componentType", "cpu"}, {"nbComponent", std::max<std::int64_t>(1, processors)}};
  set(cpu, "componentName", summary.run.host.cpu_model);
  list.push_back(std::move(cpu));
  if (const auto& bytes = summary.run.host.memory_bytes)
    list.push_back({{"componentType", "ram"}, {"nbComponent", 1}, {"memorySize", std::lround(*bytes / 1e9)}});
  return list;
}

/// The schema's classes of error: 10, 25 and 50 %. Nothing where the error is not known.
std::string quality_of(const session::Disclosure& disclosure) {
  if (!disclosure.low || !disclosure.high || !disclosure.missing.empty()) return "";
  const double error = (*disclosure.high - *disclosure.energy) / *disclosure.energy;
  return error <= 0.1 ? "high" : error <= 0.25 ? "medium" : error <= 0.5 ? "low" : "";
}

}  // namespace

Result<std::string> to_boamps(const session::Disclosure& disclosure) {
  for (const auto& summary : disclosure.runs)
    if (!summary.energy.total)
      return fail(ErrorKind::invalid, summary.run.info.id,
                  "its energy is unknown, and a BoAmps report must have one; --format annex-xi can say so");
  const auto& first = disclosure.runs.front();
  Json report{{"header",
               {{"formatVersionSpecificationUri", "https://github.com/Boavizta/BoAmps/tree/main/model"},
                {"reportId", first.run.info.id},
                {"reportDatetime", date_and_time(disclosure.made)},
                {"reportStatus", "draft"}}},
              {"task", task_of(disclosure)}};
  auto measures = Json::array();
  for (const auto& summary : disclosure.runs) measures.push_back(measure_of(summary));
  report["measures"] = std::move(measures);
  if (!first.run.host.os.empty()) report["system"] = {{"os", first.run.host.os}};
  report["infrastructure"] = {
      {"infraType", disclosure.infrastructure.empty() ? "other" : disclosure.infrastructure},
      {"components", components_of(first)}};
  if (const auto& intensity = first.carbon.intensity; intensity && !intensity->country.empty())
    report["environment"] = {{"country", intensity->country},
                             {"powerSourceCarbonIntensity", intensity->value.value()}};
  set(report, "quality", quality_of(disclosure));
  return json_text(report);
}

}  // namespace joulecast::report
