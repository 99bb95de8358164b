#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/tradeoff_report.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const stats::Range& range) {
  return Json::array({or_null(range.low), or_null(range.high)});
}

Json described(const tradeoff::Alternative& alternative, const std::vector<std::string>& keys) {
  Json json{{"name", alternative.name()}};
  for (std::size_t i = 0; i < keys.size() && i < alternative.labels.size(); ++i)
    json["labels"][keys[i]] = alternative.labels[i];
  json["provenance"] = name_of(alternative.provenance);
  json["runs"] = alternative.runs;
  return json;
}

Json column_json(const std::string& column) {
  const auto unit = tradeoff::unit_of_column(column);
  return {{"column", column}, {"unit", unit.symbol.empty() ? Json(nullptr) : Json(unit.symbol)}};
}

Json json_of(const tradeoff::Placed& placed, const TradeoffReport& report) {
  auto json = described(report.alternatives[placed.alternative], report.keys);
  json["cost"] = or_null(placed.cost);
  json["cost_interval"] = json_of(placed.cost_interval);
  json["quality"] = or_null(placed.quality);
  json["quality_interval"] = json_of(placed.quality_interval);
  json["on_front"] = placed.on_front;
  json["front_share"] = or_null(placed.front_share);
  json["cost_per_point"] = or_null(placed.cost_per_point);
  return json;
}

Json json_of(const CurveOutcome& curve, const TradeoffReport& report) {
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

nlohmann::ordered_json to_json(const TradeoffReport& report) {
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
                             {"saving_interval", json_of(overview.saving_interval)},
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
  json["warnings"] = report.warnings;
  json["conclusion"] = conclusion(report);
  return json;
}

nlohmann::ordered_json to_json(const RecommendReport& report) {
  const auto& result = report.recommendation;
  Json json{
      {"source", report.source}, {"group", report.keys}, {"minimise", column_json(report.options.minimise)}};
  json["requirements"] = Json::array();
  for (const auto& constraint : report.options.constraints)
    json["requirements"].push_back({{"text", constraint.text}, {"column", constraint.column}});
  const auto ranked_json = [&](const tradeoff::Ranked& ranked) {
    auto entry = described(report.alternatives[ranked.alternative], report.keys);
    entry["cost"] = or_null(ranked.cost);
    for (const auto& constraint : report.options.constraints) {
      entry["figures"][constraint.column] =
          or_null(tradeoff::typical(report.alternatives[ranked.alternative], constraint.column));
    }
    entry["fits"] = ranked.fits;
    entry["broken"] = ranked.broken;
    entry["chosen_share"] = or_null(ranked.chosen_share);
    return entry;
  };
  json["recommended"] = ranked_json(result.choice());
  json["baseline"] = described(report.alternatives[result.baseline], report.keys);
  json["baseline"]["cost"] = or_null(result.baseline_cost);
  json["saving"] = or_null(result.saving);
  json["saving_interval"] = json_of(result.saving_interval);
  json["alternatives"] = Json::array();
  for (const auto& ranked : result.ranked) json["alternatives"].push_back(ranked_json(ranked));
  json["warnings"] = report.warnings;
  json["conclusion"] = conclusion(report);
  return json;
}

}  // namespace joulecast::report
