#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/tables/alternative_json.hpp"
#include "report/tables/left_out_report.hpp"
#include "report/tables/recommendation_report.hpp"

namespace joulecast::report {

using Json = nlohmann::ordered_json;

nlohmann::ordered_json to_json(const session::TrainingRecommendation& report) {
  const auto& result = report.recommendation;
  Json json{
      {"source", report.source}, {"group", report.keys}, {"minimise", column_json(report.options.minimise)}};
  json["requirements"] = Json::array();
  for (const auto& constraint : report.options.constraints)
    json["requirements"].push_back({{"text", constraint.text}, {"column", constraint.column}});
  const auto ranked_json = [&](const tradeoff::Ranked& ranked) {
    auto entry = alternative_json(report.alternatives[ranked.alternative], report.keys);
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
  json["baseline"] = alternative_json(report.alternatives[result.baseline], report.keys);
  json["baseline"]["cost"] = or_null(result.baseline_cost);
  json["saving"] = or_null(result.saving);
  json["saving_interval"] = range_json(result.saving_interval);
  json["alternatives"] = Json::array();
  for (const auto& ranked : result.ranked) json["alternatives"].push_back(ranked_json(ranked));
  put_left_out(json, report.left_out, "left out of its median", report.warnings);
  json["conclusion"] = conclusion(report);
  return json;
}

std::string to_json_text(const session::TrainingRecommendation& report) {
  return json_text(to_json(report));
}

}  // namespace joulecast::report
