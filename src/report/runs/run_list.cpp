#include "report/runs/run_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/phrases.hpp"
#include "report/text_table.hpp"
#include "trace/probe_tag.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// "2026-02-01 13:45", in UTC like the id.
std::string day_and_minute(WallTime time) {
  auto text = to_iso8601(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string status_cell(const store::RunRow& run) {
  std::string text(name_of(run.status));
  if (run.tags.contains(std::string(trace::probe_tag))) text += ", a probe";
  if (run.segments > 1) text += fmt::format(", {} segments", run.segments);
  if (const auto nodes = run.job.node_count.value_or(1); nodes > 1) text += fmt::format(", {} nodes", nodes);
  if (run.last_heard) text += ", last heard of " + day_and_minute(*run.last_heard);
  return text;
}

std::string energy_cell(const store::RunRow& run) {
  if (!run.energy) return "unknown";
  return to_text(*run.energy);
}

std::string provenance_cell(const store::RunRow& run) {
  if (!run.energy) return "";
  std::string text(name_of(run.provenance));
  if (!run.missing.empty()) text += fmt::format(", without {}", fmt::join(run.missing, ", "));
  constexpr double nearly_all = 0.95;
  if (run.not_measured)
    text += fmt::format(", {} not measured", to_text(*run.not_measured));
  else if (run.coverage && *run.coverage < nearly_all)
    text += fmt::format(", {} of the time measured", percent(*run.coverage));
  return text;
}

}  // namespace

std::string to_text(const session::RunList& list) {
  if (list.runs.empty())
    return list.everything ? "No run has been stored here yet: joulecast run -- python train.py\n"
                           : "No stored run is like that.\n";
  constexpr std::size_t longest_name = 28;
  TextTable table({Align::left, Align::left, Align::left, Align::left, Align::right, Align::right,
                   Align::right, Align::left},
                  "");
  table.add({"id", "name", "status", "started (UTC)", "duration", "epochs", "energy", ""});
  for (const auto& run : list.runs)
    table.add({run.id, shorten(run.name, longest_name), status_cell(run),
               run.started ? day_and_minute(*run.started) : "", to_text(run.duration),
               run.epochs > 0 ? std::to_string(run.epochs) : "", energy_cell(run), provenance_cell(run)});
  return table.text();
}

nlohmann::ordered_json to_json(const store::RunRow& run) {
  Json json{{"id", run.id},
            {"name", run.name},
            {"status", std::string(name_of(run.status))},
            {"exit_status", or_null(run.exit_status)},
            {"started", run.started ? Json(to_iso8601(*run.started)) : Json(nullptr)},
            {"duration_s", run.duration.value()},
            {"energy_j", or_null(run.energy)},
            {"provenance", std::string(name_of(run.provenance))},
            {"missing", run.missing},
            {"coverage", or_null(run.coverage)},
            {"not_measured_s", or_null(run.not_measured)},
            {"epochs", run.epochs},
            {"architecture", run.architecture},
            {"host", or_null(run.host)},
            {"segments", run.segments},
            {"nodes", or_null(run.job.node_count)},
            {"command", run.command},
            {"tags", run.tags}};
  if (run.last_heard) json["last_heard"] = to_iso8601(*run.last_heard);
  return json;
}

nlohmann::ordered_json to_json(const session::RunList& list) {
  auto runs = Json::array();
  for (const auto& run : list.runs) runs.push_back(to_json(run));
  Json json{{"runs", std::move(runs)}};
  if (list.total) json["total"] = *list.total;
  return json;
}

std::string to_json_text(const session::RunList& list) {
  return json_text(to_json(list));
}

std::string choice_text(const std::string& reference, const store::RunChoice& choice) {
  if (choice.namesakes < 2) return "";
  return fmt::format("{} runs are called '{}'; this is the latest, {}", choice.namesakes,
                     printable(reference), choice.id);
}

}  // namespace joulecast::report
