#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/runs/stability_report.hpp"

namespace joulecast::report {
namespace {

using nlohmann::ordered_json;

std::string_view name_of(stability::EpochSource source) {
  switch (source) {
    case stability::EpochSource::recorded:
      return "recorded";
    case stability::EpochSource::power:
      return "power";
    case stability::EpochSource::none:
      break;
  }
  return "none";
}

ordered_json point_json(const stability::Stabilisation& point) {
  ordered_json json{{"method", point.method}};
  json["stable_from_s"] = or_null(point.stable_from);
  json["stable_epoch"] = or_null(point.stable_epoch);
  json["censored"] = point.censored;
  json["change_found"] = point.found;
  if (!point.reason.empty()) json["reason"] = point.reason;
  return json;
}

ordered_json cycles_json(const stability::RunStability& stability) {
  if (!stability.cycles) return nullptr;
  const auto& cycles = *stability.cycles;
  ordered_json json{{"period_s", cycles.period * stability.signal.step.value()},
                    {"strength", cycles.strength},
                    {"confidence", cycles.confidence},
                    {"epochs", ordered_json::array()}};
  for (std::size_t i = 0; i < cycles.epochs.size(); ++i) {
    ordered_json epoch{{"epoch", i}};
    if (stability.epoch_source == stability::EpochSource::power) {
      epoch["start_s"] = stability.epochs[i].begin.value();
      epoch["end_s"] = stability.epochs[i].end.value();
    } else {
      const auto& times = stability.signal.times;
      const auto at = [&](double sample) {
        return times[std::min(static_cast<std::size_t>(sample), times.size() - 1)];
      };
      epoch["start_s"] = at(cycles.epochs[i].begin);
      epoch["end_s"] = at(cycles.epochs[i].end);
    }
    epoch["confidence"] = cycles.epochs[i].confidence;
    json["epochs"].push_back(std::move(epoch));
  }
  return json;
}

ordered_json spread_json(const std::optional<session::Spread>& spread) {
  if (!spread) return nullptr;
  return {{"count", spread->count},
          {"median", spread->median},
          {"mean", spread->mean},
          {"p10", spread->p10},
          {"p90", spread->p90}};
}

ordered_json group_json(const session::StabilityGroup& group) {
  ordered_json json{{"source", group.source}};
  if (group.nodes == 0) return json;  // the group is a whole source
  json["architecture"] = group.architecture;
  json["gpu"] = group.gpu;
  json["nodes"] = group.nodes;
  json["stream"] = or_null(group.stream);
  return json;
}

ordered_json row_json(const session::StabilityRow& row) {
  auto json = group_json(row.group);
  json["method"] = row.method;
  json["runs"] = row.runs;
  json["without_point"] = row.without_point;
  const auto points = row.runs - row.without_point;
  json["censored_share"] = points > 0
                               ? ordered_json(static_cast<double>(row.censored) / static_cast<double>(points))
                               : ordered_json(nullptr);
  json["stable_from_s"] = spread_json(row.stable_s);
  json["stable_epoch"] = spread_json(row.stable_epoch);
  json["projection_error"] = spread_json(row.projection_error);
  json["observed_share"] = spread_json(row.observed);
  return json;
}

ordered_json rhythm_json(const session::RhythmRow& row) {
  auto json = group_json(row.group);
  json["runs"] = row.runs;
  json["with_period"] = row.with_period;
  json["period_s"] = spread_json(row.period_s);
  json["confidence"] = spread_json(row.confidence);
  json["epochs_seen"] = spread_json(row.epochs_seen);
  json["epochs_known"] = spread_json(row.epochs_known);
  json["count_difference"] = spread_json(row.count_difference);
  json["boundaries_found"] = spread_json(row.boundaries_found);
  return json;
}

}  // namespace

ordered_json to_json(const session::StabilityOfRun& of_run) {
  const auto& stability = of_run.stability;
  ordered_json json = point_json(stability.points.front());
  json["run"] = of_run.run;
  json["epochs_from"] = name_of(stability.epoch_source);
  json["cycles"] = cycles_json(stability);
  if (stability.points.size() == 1) return json;
  json["methods"] = ordered_json::array();
  for (const auto& point : stability.points) json["methods"].push_back(point_json(point));
  return json;
}

ordered_json to_json(const session::StabilitySummary& summary) {
  ordered_json json{{"runs", summary.runs},
                    {"groups", ordered_json::array()},
                    {"sources", ordered_json::array()},
                    {"cycles", ordered_json::array()},
                    {"skipped", ordered_json::array()}};
  for (const auto& row : summary.groups) json["groups"].push_back(row_json(row));
  for (const auto& row : summary.sources) json["sources"].push_back(row_json(row));
  for (const auto& row : summary.rhythms) json["cycles"].push_back(rhythm_json(row));
  for (const auto& run : summary.left_out) json["skipped"].push_back(to_string(run));
  return json;
}

std::string to_json_text(const session::StabilityOfRun& of_run) {
  return json_text(to_json(of_run));
}

std::string to_json_text(const session::StabilitySummary& summary) {
  return json_text(to_json(summary));
}

}  // namespace joulecast::report
