#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/left_out_report.hpp"
#include "stats/distributions.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const stats::Range& range) {
  return Json::array({or_null(range.low), or_null(range.high)});
}

/// A p-value below machine precision is 0 as a number; a text beside it explains that.
void put_p(Json& json, double p) {
  json["p_value"] = or_null(p);
  json["p_text"] = stats::p_text(p);
}

Json json_of(const stats::GroupFacts& group) {
  const auto& s = group.summary;
  Json json{{"name", group.name},
            {"n", s.n},
            {"median", or_null(s.median)},
            {"median_interval", json_of(group.median_interval)},
            {"mean", or_null(s.mean)},
            {"sd", or_null(s.sd)},
            {"cv", s.mean > 0 ? or_null(s.sd / s.mean) : Json(nullptr)},
            {"min", or_null(s.min)},
            {"q1", or_null(s.q1)},
            {"q3", or_null(s.q3)},
            {"max", or_null(s.max)}};
  if (group.normality) {
    Json test{{"test", "shapiro-wilk"}, {"statistic", group.normality->w}};
    put_p(test, group.normality->p_value);
    json["normality"] = std::move(test);
  } else {
    json["normality"] = nullptr;
    json["normality_note"] = group.normality_note;
  }
  json["outliers"] = group.outliers;
  return json;
}

Json json_of(const stats::TestOutcome& test) {
  Json effect{{"name", test.effect_name}, {"value", or_null(test.effect)}, {"magnitude", test.magnitude}};
  effect["interval"] = test.effect_interval ? json_of(*test.effect_interval) : Json(nullptr);
  Json json{{"name", test.name},
            {"effect_size", std::move(effect)},
            {"statistic_name", test.statistic_name},
            {"statistic", or_null(test.statistic)},
            {"df1", or_null(test.df1)},
            {"df2", or_null(test.df2)}};
  put_p(json, test.p_value);
  json["assumption"] = test.assumption;
  return json;
}

Json json_of(const stats::PairOutcome& pair, const stats::ComparisonResult& result) {
  const auto& a = result.groups[pair.a];
  const auto& b = result.groups[pair.b];
  Json json{{"a", a.name},
            {"b", b.name},
            {"n_a", a.summary.n},
            {"n_b", b.summary.n},
            {"median_difference", or_null(pair.median_difference)},
            {"median_ratio", or_null(pair.median_ratio)}};
  json["effect_size"] = {{"name", "cliffs_delta"},
                         {"value", pair.delta.value},
                         {"magnitude", stats::magnitude_of_delta(pair.delta.value)},
                         {"interval", json_of(pair.delta.interval)}};
  if (pair.g) json["hedges_g"] = {{"value", or_null(pair.g->value)}, {"interval", json_of(pair.g->interval)}};
  json["statistic"] = or_null(pair.statistic);
  put_p(json, pair.p_value);
  json["p_adjusted"] = or_null(pair.p_adjusted);
  json["significant"] = pair.p_adjusted < result.alpha;
  return json;
}

Json repetitions_json(const stats::ComparisonResult& result) {
  Json wanted = Json::array();
  for (const auto& plan : result.repetitions)
    wanted.push_back({{"relative_difference", plan.relative_difference},
                      {"n_per_group", plan.n ? Json(*plan.n) : Json(nullptr)}});
  return {{"wanted", std::move(wanted)},
          {"detectable_relative_difference", or_null(result.detectable_difference)}};
}

Json json_of(const stats::ComparisonResult& result) {
  Json json{{"n", result.n}, {"alpha", result.alpha}};
  json["groups"] = Json::array();
  for (const auto& group : result.groups) json["groups"].push_back(json_of(group));
  Json assumptions;
  if (result.equal_variance) {
    Json test{{"test", "levene"},
              {"centre", "median"},
              {"statistic", or_null(result.equal_variance->statistic)},
              {"df1", result.equal_variance->df1},
              {"df2", result.equal_variance->df2}};
    put_p(test, result.equal_variance->p_value);
    assumptions["equal_variance"] = std::move(test);
  } else {
    assumptions["equal_variance"] = nullptr;
    assumptions["equal_variance_note"] = result.equal_variance_note;
  }
  assumptions["tied_share"] = result.tied_share;
  json["assumptions"] = std::move(assumptions);
  json["why"] = result.why;
  json["test"] = json_of(result.test);
  json["significant"] = result.significant();
  json["other_test"] = result.other_test ? json_of(*result.other_test) : Json(nullptr);
  json["pair_test"] = result.pair_test.empty() ? Json(nullptr) : Json(result.pair_test);
  json["pairs"] = Json::array();
  for (const auto& pair : result.pairs) json["pairs"].push_back(json_of(pair, result));
  json["repetitions"] = repetitions_json(result);
  json["left_out_groups"] = result.left_out;
  return json;
}

Json json_of(const stats::FactorEffect& effect, const char* statistic, const char* size) {
  Json json{{"effect_size",
             {{"name", size},
              {"value", or_null(effect.partial_eta_squared)},
              {"magnitude", stats::magnitude_of_eta_squared(effect.partial_eta_squared)}}},
            {"statistic_name", statistic},
            {"statistic", or_null(effect.statistic)},
            {"df", effect.df}};
  put_p(json, effect.p_value);
  return json;
}

Json json_of(const std::optional<stats::FactorialResult>& result, const session::Comparison& report,
             const char* statistic, const char* size) {
  if (!result) return nullptr;
  return {{report.group, json_of(result->a, statistic, size)},
          {report.by, json_of(result->b, statistic, size)},
          {"interaction", json_of(result->interaction, statistic, size)},
          {"residual_df", result->residual_df}};
}

}  // namespace

nlohmann::ordered_json to_json(const session::Comparison& report) {
  Json json{{"source", report.source},
            {"group", report.group},
            {"value", report.value},
            {"by", report.by.empty() ? Json(nullptr) : Json(report.by)},
            {"rows", report.rows},
            {"left_out", {{"value_missing", report.without_value}, {"group_missing", report.without_group}}}};
  json.update(json_of(report.overall));
  if (report.factorial) {
    json["factorial"] = {
        {"art_anova", json_of(report.factorial->art, report, "F", "partial_eta_squared")},
        {"scheirer_ray_hare", json_of(report.factorial->scheirer_ray_hare, report, "H", "eta_squared")}};
    if (!report.factorial->note.empty()) json["factorial"]["note"] = report.factorial->note;
    json["levels"] = Json::array();
    for (const auto& level : report.levels) {
      Json entry{{"level", level.level}};
      if (level.comparison)
        entry.update(json_of(*level.comparison));
      else
        entry["note"] = level.note;
      json["levels"].push_back(std::move(entry));
    }
  }
  auto warnings = report.warnings;
  warnings.insert(warnings.end(), report.overall.warnings.begin(), report.overall.warnings.end());
  put_left_out(json, report.left_out, "left out", warnings);
  json["conclusion"] = conclusion(report);
  return json;
}

std::string to_json_text(const session::Comparison& report) {
  return json_text(to_json(report));
}

}  // namespace joulecast::report
