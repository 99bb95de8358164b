#include <nlohmann/json.hpp>

#include "report/forecast/budget_report.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using session::BudgetPlan;
using session::PlannedModel;

Json ranged(const session::Ranged& figure) {
  return {{"value", figure.value}, {"low", figure.low}, {"high", figure.high}};
}

Json efficiency(const session::Efficiency& efficiency) {
  auto json = ranged(efficiency.figure);
  json["provenance"] = efficiency.given ? "given" : "assumed";
  return json;
}

Json model_json(const PlannedModel& model) {
  Json json{{"law", model.law},
            {"chosen_by_user", model.chosen_by_user},
            {"sparsity", model.training.sparsity},
            {"zeros", name_of(model.zeros)},
            {"parameters", model.training.all_parameters()},
            {"nonzero_parameters", model.training.size},
            {"data", model.training.data},
            {"data_unit", model.data_unit},
            {"loss", ranged(model.loss)},
            {"law_error_known", model.law_error_known},
            {"sizes_as_good", {model.sizes_as_good.low, model.sizes_as_good.high}},
            {"state_gb", model.state_gb},
            {"gpus_for_state", model.gpus_for_state},
            {"extrapolated", Json::array()}};
  for (const auto& outside : model.extrapolated)
    json["extrapolated"].push_back({{"figure", outside.figure},
                                    {"value", outside.value},
                                    {"fitted_low", outside.fitted.low},
                                    {"fitted_high", outside.fitted.high}});
  return json;
}

Json curve_json(const session::BudgetCurve& curve) {
  Json json{{"law", curve.law}, {"sparsity", curve.sparsity}};
  for (const auto& [key, points] :
       {std::pair{"by_budget", &curve.by_budget}, std::pair{"by_size", &curve.by_size}}) {
    json[key] = Json::array();
    for (const auto& point : *points)
      json[key].push_back(
          {{"budget", point.budget}, {"parameters", point.size}, {"loss", ranged(point.loss)}});
  }
  return json;
}

Json plan_json(const BudgetPlan& plan) {
  Json json{{"gpu", plan.gpu.name},
            {"gpu_count", plan.gpu_count},
            {"peak_flops", plan.peak_flops},
            {"mfu", efficiency(plan.mfu)},
            {"gpu_power_w", efficiency(plan.gpu_power_w)},
            {"flop", ranged(plan.flop)},
            {"duration_s", ranged(plan.duration_s)},
            {"energy_j", ranged(plan.energy_j)},
            {"cost", plan.cost ? ranged(*plan.cost) : Json(nullptr)},
            {"co2e_g", plan.emissions ? or_null(plan.emissions->mass) : Json(nullptr)},
            {"models", Json::array()},
            {"curves", Json::array()}};
  for (const auto& model : plan.models) json["models"].push_back(model_json(model));
  for (const auto& curve : plan.curves) json["curves"].push_back(curve_json(curve));
  return json;
}

}  // namespace

Json to_json(const session::BudgetResult& result) {
  Json json{{"budget",
             {{"kind", name_of(result.budget.kind)},
              {"amount", result.budget.amount},
              {"currency", or_null(result.budget.currency)}}},
            {"precision", result.precision},
            {"host_w", or_null(result.host_w)},
            {"pue", result.pue},
            {"as_good_within", result.as_good_within},
            {"plans", Json::array()}};
  for (const auto& plan : result.plans) json["plans"].push_back(plan_json(plan));
  return json;
}

std::string to_json_text(const session::BudgetResult& result) {
  return json_text(to_json(result));
}

}  // namespace joulecast::report
