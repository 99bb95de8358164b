#include "report/runs/sync_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

std::string runs(std::size_t number) {
  return fmt::format("{} run{}", number, number == 1 ? "" : "s");
}

using session::SyncAction;
using Json = nlohmann::ordered_json;

std::size_t count(const session::Synced& synced, SyncAction action) {
  return static_cast<std::size_t>(std::ranges::count(synced.runs, action, &session::SyncedRun::action));
}

constexpr SyncAction actions[] = {SyncAction::copied,    SyncAction::replaced, SyncAction::updated,
                                  SyncAction::unchanged, SyncAction::running,  SyncAction::failed};

}  // namespace

std::string to_text(const session::Synced& synced) {
  std::string text;
  for (const auto& run : synced.runs) {
    if (run.action == SyncAction::unchanged) continue;
    text += fmt::format("{:<9} {}", name_of(run.action), run.id);
    if (!run.name.empty()) text += "  " + printable(run.name);
    if (run.error) text += ": " + to_string(*run.error);
    text += '\n';
  }
  text += fmt::format("{}{} from {} to {}:", synced.dry_run ? "would sync " : "", runs(synced.runs.size()),
                      synced.from, synced.to);
  std::string_view separator = " ";
  for (const auto action : actions)
    if (const auto number = count(synced, action); number > 0 || action == SyncAction::copied) {
      text += fmt::format("{}{} {}", separator, number, name_of(action));
      separator = ", ";
    }
  text += '\n';
  if (synced.waiting > 0)
    text += fmt::format("{} of yours on this machine, not yet delivered to {}\n", runs(synced.waiting),
                        synced.to);
  return text;
}

std::string to_json_text(const session::Synced& synced) {
  Json json{{"from", synced.from}, {"to", synced.to}, {"dry_run", synced.dry_run}};
  for (const auto action : actions) json[std::string(name_of(action))] = count(synced, action);
  json["waiting"] = synced.waiting;
  json["runs"] = Json::array();
  for (const auto& run : synced.runs) {
    Json entry{{"id", run.id}, {"name", run.name}, {"action", name_of(run.action)}};
    if (run.error) entry["error"] = to_string(*run.error);
    json["runs"].push_back(std::move(entry));
  }
  return json_text(json);
}

}  // namespace joulecast::report
