#include <nlohmann/json.hpp>

#include "report/json_number.hpp"
#include "report/tradeoff_report.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const stats::Range& range) {
  return Json::array({json_number(range.low), json_number(range.high)});
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
  json["cost"] = json_number(placed.cost);
  json["cost_interval"] = json_of(placed.cost_interval);
  json["quality"] = json_number(placed.quality);
  json["quality_interval"] = json_of(placed.quality_interval);
  json["on_front"] = placed.on_front;
  json["front_share"] = json_number(placed.front_share);
  json["cost_per_point"] = json_number(placed.cost_per_point);
  return json;
}

Json json_of(const CurveOutcome& curve, const TradeoffReport& report) {
  Json json{{"name", report.alternatives[curve.alternative].name()},
            {"runs", curve.runs},
            {"epochs", curve.epochs},
            {"enough_epoch", curve.enough_epoch},
            {"share_after_enough", json_number(curve.share_after_enough)},
            {"improvements", Json::array()}};
  for (const auto& step : curve.example.improvements)
    json["improvements"].push_back({{"epoch", step.epoch},
                                    {"energy", json_number(step.energy)},
                                    {"quality", json_number(step.quality)},
                                    {"energy_per_point", json_number(step.energy_per_point)}});
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
  json["hypervolume_share"] = json_number(overview.hypervolume);
  json["best"] = name(overview.best);
  const auto& choice = overview.placed[overview.cheapest_within];
  json["cheapest_within"] = {{"within", report.options.within},
                             {"name", name(overview.cheapest_within)},
                             {"cost", json_number(choice.cost)},
                             {"quality", json_number(choice.quality)},
                             {"quality_lost", json_number(overview.quality_lost)},
                             {"saving", json_number(overview.saving)},
                             {"saving_interval", json_of(overview.saving_interval)},
                             {"choice_share", json_number(overview.choice_share)}};
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
           {"training", json_number(life.cost.training)},
           {"per_use", json_number(life.cost.per_use)},
           {"total", json_number(life.total)},
           {"training_share", json_number(life.cost.training_share(report.uses))},
           {"break_even_uses", json_number(life.break_even)}});
  }
  if (!report.utilisation.empty()) {
    json["utilisation"] = Json::array();
    for (const auto& reading : report.utilisation)
      json["utilisation"].push_back(
          {{"name", report.alternatives[reading.alternative].name()},
           {"gpu_util_pct", json_number(reading.percent)},
           {"low", reading.low},
           {"cheaper", reading.cheaper ? Json(report.alternatives[*reading.cheaper].name()) : Json(nullptr)},
           {"cheaper_saving", reading.cheaper ? json_number(reading.cheaper_saving) : Json(nullptr)}});
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
    entry["cost"] = json_number(ranked.cost);
    for (const auto& constraint : report.options.constraints) {
      entry["figures"][constraint.column] =
          json_number(tradeoff::typical(report.alternatives[ranked.alternative], constraint.column));
    }
    entry["fits"] = ranked.fits;
    entry["broken"] = ranked.broken;
    entry["chosen_share"] = json_number(ranked.chosen_share);
    return entry;
  };
  json["recommended"] = ranked_json(result.choice());
  json["baseline"] = described(report.alternatives[result.baseline], report.keys);
  json["baseline"]["cost"] = json_number(result.baseline_cost);
  json["saving"] = json_number(result.saving);
  json["saving_interval"] = json_of(result.saving_interval);
  json["alternatives"] = Json::array();
  for (const auto& ranked : result.ranked) json["alternatives"].push_back(ranked_json(ranked));
  json["warnings"] = report.warnings;
  json["conclusion"] = conclusion(report);
  return json;
}

}  // namespace joulecast::report
