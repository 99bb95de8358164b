#include "report/runs/course_json.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "session/runs/run_course.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// To a hundredth of a watt or second: a million steps' digits would be most of the answer.
Json rounded(const std::vector<double>& values, double unit = 100) {
  auto list = Json::array();
  for (const double value : values) list.push_back(or_null(std::round(value * unit) / unit));
  return list;
}

void add(std::vector<double>& sum, const std::vector<double>& values) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i];
}

/// The devices of each component that the total contains, as one. Their lowest and highest readings may be of
/// different moments, so that the sums of them are bounds. Devices within others are left out: added up they
/// would count twice.
std::vector<session::DevicePower> by_component(const std::vector<session::DevicePower>& devices) {
  std::vector<session::DevicePower> sums;
  std::vector<int> busy;  // how many devices of each sum told a utilisation
  for (const auto& device : devices) {
    if (!device.in_total) continue;
    const auto found = std::ranges::find(sums, device.component, &session::DevicePower::component);
    if (found == sums.end()) {
      sums.push_back(device);
      busy.push_back(device.utilisation.empty() ? 0 : 1);
      continue;
    }
    found->device = found->node = "";
    found->provenance = std::max(found->provenance, device.provenance);
    add(found->watts, device.watts);
    add(found->low, device.low);
    add(found->high, device.high);
    if (device.utilisation.empty()) continue;
    if (found->utilisation.empty())
      found->utilisation = device.utilisation;
    else
      add(found->utilisation, device.utilisation);
    ++busy[static_cast<std::size_t>(found - sums.begin())];
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    for (auto& share : sums[i].utilisation) share /= busy[i];
  return sums;
}

Json json_of(const session::DevicePower& device) {
  constexpr double thousandths = 1000;
  return {
      {"component", std::string(name_of(device.component))},
      {"device", or_null(device.device)},
      {"node", or_null(device.node)},
      {"provenance", std::string(name_of(device.provenance))},
      {"in_total", device.in_total},
      {"mean_w", rounded(device.watts)},
      {"low_w", rounded(device.low)},
      {"high_w", rounded(device.high)},
      {"utilisation", device.utilisation.empty() ? Json(nullptr) : rounded(device.utilisation, thousandths)}};
}

Json json_of(const session::Throttling& device) {
  auto spans = Json::array();
  for (const auto& span : device.spans)
    spans.push_back({{"start_s", span.begin.value()}, {"end_s", span.end.value()}});
  return {{"component", std::string(name_of(device.component))},
          {"device", or_null(device.device)},
          {"node", or_null(device.node)},
          {"reason", device.reason == trace::Quantity::throttled_by_heat ? "heat" : "power"},
          {"observed_s", device.observed.value()},
          {"time_s", device.time.value()},
          {"spans", std::move(spans)}};
}

Json json_of(const session::ForecastAccuracy& accuracy) {
  return {{"share", accuracy.share},
          {"runs", accuracy.runs},
          {"median_error", accuracy.median_error},
          {"worst_error", accuracy.worst_error},
          {"with_interval", accuracy.with_interval},
          {"inside", accuracy.inside}};
}

Json json_of(const Result<session::ForecastRecord>& record) {
  if (!record) return nullptr;
  auto at = Json::array();
  for (const auto& accuracy : record->at) at.push_back(json_of(accuracy));
  return {{"host", record->host},
          {"runs", record->runs},
          {"at", std::move(at)},
          {"ready", record->ready ? json_of(*record->ready) : Json(nullptr)}};
}

Json json_of(const session::EpochPoint& point, const std::vector<std::string>& phases) {
  return {{"epoch", point.epoch},
          {"phase", point.phase < phases.size() ? Json(phases[point.phase]) : Json(nullptr)},
          {"start_s", point.span.begin.value()},
          {"end_s", point.span.end.value()},
          {"energy_j", or_null(point.energy)},
          {"quality", or_null(point.quality)}};
}

}  // namespace

std::string to_json_text(const session::PowerCourse& course, const trace::Run& run, SeriesBy by) {
  auto series = Json::array();
  for (const auto& device : by == SeriesBy::device ? course.devices : by_component(course.devices))
    series.push_back(json_of(device));
  auto gaps = Json::array();
  for (const auto& gap : course.gaps)
    gaps.push_back({{"start_s", gap.begin.value()}, {"end_s", gap.end.value()}});
  auto throttling = Json::array();
  for (const auto& device : course.throttling) throttling.push_back(json_of(device));
  auto times = Json::array();
  for (std::size_t i = 0; i < course.steps(); ++i) times.push_back(course.middle(i));
  const bool empty = course.steps() == 0;
  const double from = empty ? run.span.begin.value() : course.edges.front();
  const double to = empty ? run.span.end.value() : course.edges.back();
  const Json length = empty ? Json(nullptr) : Json((to - from) / static_cast<double>(course.steps()));
  const Json json{
      {"run", run.info.id},
      {"status", std::string(name_of(run.status))},
      {"duration_s", run.span.length().value()},
      {"from_s", from},
      {"to_s", to},
      {"step_s", length},
      {"time_s", std::move(times)},
      {"total",
       {{"mean_w", rounded(course.mean)}, {"low_w", rounded(course.low)}, {"high_w", rounded(course.high)}}},
      {"series", std::move(series)},
      {"gaps", std::move(gaps)},
      {"throttling", std::move(throttling)},
      {"idle_w", or_null(run.idle_baseline)}};
  return json.dump() + "\n";
}

std::string to_json_text(const Result<session::EnergyCourse>& course, const std::optional<Joules>& budget,
                         const trace::Run& run) {
  Json json{{"run", run.info.id},          {"time_s", Json::array()},     {"energy_j", Json::array()},
            {"budget_j", or_null(budget)}, {"budget_reached_s", nullptr}, {"reason", nullptr}};
  if (!course) {
    json["reason"] = course.error().message;
    return json.dump() + "\n";
  }
  json["time_s"] = rounded(course->times);
  json["energy_j"] = rounded(course->joules);
  json["budget_reached_s"] = or_null(course->budget_reached);
  return json.dump() + "\n";
}

std::string to_json_text(const Result<session::EpochCourse>& course, const trace::Run& run) {
  Json json{{"run", run.info.id},          {"metric", nullptr},     {"lower_is_better", false},
            {"epochs", Json::array()},     {"best_epoch", nullptr}, {"after_best_j", nullptr},
            {"after_best_share", nullptr}, {"reason", nullptr}};
  if (!course) {
    json["reason"] = course.error().message;
    return json_text(json);
  }
  if (course->metric) {
    json["metric"] = course->metric->name;
    json["lower_is_better"] = course->metric->lower_is_better;
  }
  const auto phases = session::names_of_phases(run);
  for (const auto& point : course->points) json["epochs"].push_back(json_of(point, phases));
  json["best_epoch"] = or_null(course->best);
  json["after_best_j"] = or_null(course->after_best);
  json["after_best_share"] = or_null(course->after_best_share);
  return json_text(json);
}

std::string to_json_text(const Result<session::ForecastCourse>& course,
                         const Result<session::ForecastRecord>& record, const trace::Run& run) {
  Json json{{"run", run.info.id}, {"points", Json::array()}, {"replayed", false},
            {"truth_j", nullptr}, {"reason", nullptr},       {"record", json_of(record)}};
  if (!course) {
    json["reason"] = course.error().message;
    return json_text(json);
  }
  for (const auto& point : course->points)
    json["points"].push_back({{"share", point.share},
                              {"total_j", point.total.value()},
                              {"low_j", or_null(point.low)},
                              {"high_j", or_null(point.high)},
                              {"ready", point.ready}});
  json["replayed"] = course->replayed;
  json["truth_j"] = or_null(course->truth);
  return json_text(json);
}

}  // namespace joulecast::report
