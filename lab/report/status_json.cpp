#include <nlohmann/json.hpp>

#include "lab/report/status_report.hpp"
#include "report/json_value.hpp"

namespace joulecast::lab {
namespace {

using Json = nlohmann::ordered_json;
using report::or_null;

Json to_json(const std::optional<Figure>& figure) {
  if (!figure) return nullptr;
  return {{"value", figure->value}, {"low", or_null(figure->low)}, {"high", or_null(figure->high)}};
}

Json to_json(const std::optional<WallTime>& time) {
  return time ? Json(to_iso8601(*time)) : Json(nullptr);
}

Json to_json(const CampaignForecast& rest) {
  Json json{{"runs", rest.runs_left},
            {"energy_j", to_json(rest.energy_j)},
            {"runs_without_energy", rest.runs_without_energy},
            {"duration_s", to_json(rest.duration_s)},
            {"runs_without_duration", rest.runs_without_duration},
            {"pauses_s", rest.pauses.value()},
            {"pauses_at_most", rest.pauses_at_most},
            {"cost", nullptr},
            {"co2e_g", to_json(rest.carbon_g)}};
  if (rest.money)
    json["cost"] = {{"value", rest.money->amount},
                    {"low", rest.money_low ? Json(rest.money_low->amount) : Json(nullptr)},
                    {"high", rest.money_high ? Json(rest.money_high->amount) : Json(nullptr)},
                    {"currency", or_null(rest.money->currency)}};
  auto& cells = json["cells"] = Json::object();
  for (const auto& [basis, count] : rest.cells) cells[std::string(name_of(basis))] = count;
  return json;
}

Json to_json(const CellStatus& cell) {
  Json json{{"id", cell.cell->id},
            {"levels", cell.cell->levels},
            {"finished", cell.finished},
            {"failed", cell.failed},
            {"given_up", cell.given_up},
            {"last_failure", nullptr},
            {"reason", or_null(cell.last_reason)},
            {"basis", name_of(cell.forecast.basis)},
            {"energy_j", to_json(cell.forecast.energy_j)},
            {"duration_s", to_json(cell.forecast.duration_s)}};
  if (cell.last_failure) json["last_failure"] = name_of(*cell.last_failure);
  return json;
}

Json status_json(const CampaignStatus& status) {
  const auto& plan = *status.plan;
  Json json{{"campaign", plan.name},
            {"store", or_null(status.store)},
            {"repetitions", {{"min", plan.repetitions.at_least}, {"max", plan.repetitions.at_most}}},
            {"done", status.finished},
            {"of", status.most},
            {"beyond_plan", status.beyond},
            {"without_journal", status.without_journal}};
  auto& failures = json["failed"] = Json::object();
  for (const auto& [outcome, count] : status.failures) failures[std::string(name_of(outcome))] = count;
  json["interrupted"] = status.interrupted;
  json["unclear"] = status.unclear;
  json["cells_given_up"] = status.cells_given_up;
  json["set_aside"] = status.strangers;
  json["flagged"] = status.flagged;
  json["busy_sessions"] = status.busy_sessions;
  json["spent_j"] = status.spent.value();
  json["spent_between_runs_j"] = status.spent_between_runs.value();
  json["runs_without_energy"] = status.without_energy;
  json["run_time_s"] = status.run_time.value();
  json["budget_j"] = plan.energy_budget ? Json(plan.energy_budget->value()) : Json(nullptr);
  json["began"] = to_json(status.began);
  json["last"] = to_json(status.last);
  json["saved"] = nullptr;
  if (const auto& saved = status.saved)
    json["saved"] = {{"repetitions", saved->runs},
                     {"of", saved->most},
                     {"energy_j", saved->energy.value()},
                     {"time_s", saved->time.value()}};
  json["reference"] = nullptr;
  if (const auto& reference = status.reference)
    json["reference"] = {{"runs", reference->runs},
                         {"last_drift", or_null(reference->last_drift)},
                         {"worst_drift", or_null(reference->worst_drift)},
                         {"tolerance", reference->tolerance}};
  json["left"] = to_json(status.rest);
  json["projected_end"] = to_json(status.end);
  json["not_predicted"] = or_null(status.why_not_predicted);
  auto& cells = json["cells"] = Json::array();
  for (const auto& cell : status.cells) cells.push_back(to_json(cell));
  return json;
}

}  // namespace

std::string_view name_of(CampaignEnd end) {
  switch (end) {
    case CampaignEnd::all_done:
      return "done";
    case CampaignEnd::interrupted:
      return "interrupted";
    case CampaignEnd::budget:
      return "budget";
  }
  return "";
}

std::string to_json_text(const CampaignStatus& status) {
  return report::json_text(status_json(status));
}

std::string to_json_text(const CampaignStatus& status, const CampaignResult& result) {
  Json json{{"end", name_of(result.end)}, {"runs_made", result.runs}};
  json.update(status_json(status));
  return report::json_text(json);
}

}  // namespace joulecast::lab
