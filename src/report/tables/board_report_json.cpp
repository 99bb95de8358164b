#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/csv_scanner.hpp"
#include "report/json_value.hpp"
#include "report/tables/alternative_json.hpp"
#include "report/tables/board_report.hpp"
#include "report/tables/left_out_report.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const tradeoff::TypicalCost& cost) {
  return {{"median", or_null(cost.median)},
          {"interval", range_json(cost.interval)},
          {"range", range_json(cost.range)}};
}

Json json_of(const session::BoardEntry& entry, const session::Board& board) {
  Json json{{"name", entry.name}, {"labels", Json::object()}};
  for (std::size_t i = 0; i < board.keys.size(); ++i)
    if (!entry.labels[i].empty()) json["labels"][board.keys[i]] = entry.labels[i];
  json["runs"] = entry.runs;
  json["reached"] = entry.reached;
  json["energy_j"] = json_of(entry.energy);
  json["time_s"] = json_of(entry.time);
  json["cost"] = board.priced ? json_of(entry.money) : Json(nullptr);
  json["expected_energy_j"] = or_null(entry.expected_energy);
  json["best_quality"] = or_null(entry.best_quality);
  json["whole_energy_j"] = or_null(entry.whole_energy);
  json["joules_per_point"] = or_null(entry.joules_per_point);
  json["guarded_index"] = or_null(entry.index);
  json["sustainable_accuracy"] = or_null(entry.sustainable_accuracy);
  return json;
}

Json json_of(const session::BoardTask& task, const session::Board& board) {
  Json json{{"name", task.name},
            {"metric", task.metric},
            {"target", or_null(task.target)},
            {"target_from_best", task.target_from_best},
            {"lower_is_better", task.lower_is_better},
            {"by_epoch", task.by_epoch},
            {"energy_by_epoch", task.energy_assumed ? "assumed" : "measured"},
            {"alternatives", Json::array()}};
  if (!task.by_epoch) json["energy_by_epoch"] = nullptr;
  for (const auto& entry : task.entries) json["alternatives"].push_back(json_of(entry, board));
  return json;
}

std::string cell(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "";
}

std::string cells(const tradeoff::TypicalCost& cost) {
  return fmt::format("{},{},{}", cell(cost.median), cell(cost.interval.low), cell(cost.interval.high));
}

}  // namespace

nlohmann::ordered_json to_json(const session::Board& board) {
  Json json{{"source", board.source},     {"group", board.keys},    {"currency", or_null(board.currency)},
            {"exponent", board.exponent}, {"tasks", Json::array()}, {"standings", Json::array()}};
  for (const auto& task : board.tasks) json["tasks"].push_back(json_of(task, board));
  for (const auto& standing : board.standings)
    json["standings"].push_back({{"name", standing.name},
                                 {"tasks_reached", standing.tasks_reached},
                                 {"energy_ratio", or_null(standing.energy_ratio)}});
  put_left_out(json, board.left_out, "left out", board.warnings);
  return json;
}

std::string to_json_text(const session::Board& board) {
  return json_text(to_json(board));
}

std::string to_csv(const session::Board& board) {
  std::string csv =
      "task,metric,target,alternative,runs,reached,energy_j,energy_j_low,energy_j_high,time_s,"
      "time_s_low,time_s_high,cost,cost_low,cost_high,expected_energy_j,best_quality,"
      "whole_energy_j,guarded_index,sustainable_accuracy\n";
  for (const auto& task : board.tasks)
    for (const auto& entry : task.entries)
      csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_cell(task.name),
                         csv_cell(task.metric), task.target, csv_cell(entry.name), entry.runs, entry.reached,
                         cells(entry.energy), cells(entry.time), board.priced ? cells(entry.money) : ",,",
                         cell(entry.expected_energy), cell(entry.best_quality), cell(entry.whole_energy),
                         cell(entry.index), cell(entry.sustainable_accuracy));
  return csv;
}

}  // namespace joulecast::report
