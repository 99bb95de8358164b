#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/tables/alternative_json.hpp"
#include "report/tables/left_out_report.hpp"
#include "report/tables/tradeoff_report.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const tradeoff::Placed& placed, const session::Tradeoff& report) {
  auto json = alternative_json(report.alternatives[placed.alternative], report.keys);
  json["cost"] = or_null(placed.cost);
  json["cost_interval"] = range_json(placed.cost_interval);
  json["cost_interval_by_meters"] = placed.cost_by_meters;
  json["quality"] = or_null(placed.quality);
  json["quality_interval"] = range_json(placed.quality_interval);
  json["on_front"] = placed.on_front;
  json["front_share"] = or_null(placed.front_share);
  json["cost_per_point"] = or_null(placed.cost_per_point);
  return json;
}

Json json_of(const session::AlternativeCurve& curve, const session::Tradeoff& report) {
  Json json{{"name", report.alternatives[curve.alternative].name()},
            {"runs", curve.runs},
            {"epochs", curve.epochs},
            {"enough_epoch", curve.enough_epoch},
            {"share_after_enough", or_null(curve.share_after_enough)},
            {"improvements", Json::array()}};
  for (const auto& step : curve.example.improvements)
    json["improvements"].push_back({{"epoch", step.epoch},
                                    {"energy", or_null(step.energy)},
                                    {"quality", or_null(step.quality)},
                                    {"energy_per_point", or_null(step.energy_per_point)}});
  return json;
}

}  // namespace

nlohmann::ordered_json to_json(const session::Tradeoff& report) {
  const auto& overview = report.overview;
  const auto name = [&](std::size_t placed) {
    return report.alternatives[overview.placed[placed].alternative].name();
  };
  Json json{{"source", report.source},
            {"group", report.keys},
            {"cost", column_json(report.options.cost)},
            {"quality", column_json(report.options.quality)}};
  json["quality"]["lower_is_better"] = report.options.lower_quality_is_better;
  json["alternatives"] = Json::array();
  for (const auto& placed : overview.placed) json["alternatives"].push_back(json_of(placed, report));
  json["front"] = Json::array();
  for (const auto i : overview.front) json["front"].push_back(name(i));
  json["knee"] = overview.knee ? Json(name(*overview.knee)) : Json(nullptr);
  json["hypervolume_share"] = or_null(overview.hypervolume);
  json["best"] = name(overview.best);
  const auto& choice = overview.placed[overview.cheapest_within];
  json["cheapest_within"] = {{"within", report.options.within},
                             {"name", name(overview.cheapest_within)},
                             {"cost", or_null(choice.cost)},
                             {"quality", or_null(choice.quality)},
                             {"quality_lost", or_null(overview.quality_lost)},
                             {"saving", or_null(overview.saving)},
                             {"saving_interval", range_json(overview.saving_interval)},
                             {"choice_share", or_null(overview.choice_share)}};
  if (!report.curves.empty()) {
    json["curves"] = {{"tolerance", report.curve_tolerance},
                      {"energy_by_epoch", report.energy_by_epoch_assumed ? "assumed" : "measured"},
                      {"alternatives", Json::array()}};
    for (const auto& curve : report.curves) json["curves"]["alternatives"].push_back(json_of(curve, report));
  }
  if (!report.lives.empty()) {
    json["full_cycle"] = {{"uses", report.uses}, {"alternatives", Json::array()}};
    for (const auto& life : report.lives)
      json["full_cycle"]["alternatives"].push_back(
          {{"name", report.alternatives[life.alternative].name()},
           {"training", or_null(life.cost.training)},
           {"per_use", or_null(life.cost.per_use)},
           {"total", or_null(life.total)},
           {"training_share", or_null(life.cost.training_share(report.uses))},
           {"break_even_uses", or_null(life.break_even)}});
  }
  if (!report.utilisation.empty()) {
    json["utilisation"] = Json::array();
    for (const auto& reading : report.utilisation)
      json["utilisation"].push_back(
          {{"name", report.alternatives[reading.alternative].name()},
           {"gpu_util_pct", or_null(reading.percent)},
           {"low", reading.low},
           {"cheaper", reading.cheaper ? Json(report.alternatives[*reading.cheaper].name()) : Json(nullptr)},
           {"cheaper_saving", reading.cheaper ? or_null(reading.cheaper_saving) : Json(nullptr)}});
  }
  put_left_out(json, report.left_out, "left out of its median", report.warnings);
  json["conclusion"] = conclusion(report);
  return json;
}

std::string to_json_text(const session::Tradeoff& report) {
  return json_text(to_json(report));
}

}  // namespace joulecast::report
