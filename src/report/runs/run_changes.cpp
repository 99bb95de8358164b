#include "report/runs/run_changes.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {

std::string to_text(const session::Removal& removal) {
  std::string text;
  for (const auto& run : removal.removed)
    text += run.choice.segments > 1
                ? fmt::format("removed {} with all its {} segments\n", run.choice.id, run.choice.segments)
                : fmt::format("removed {}\n", run.choice.id);
  return text;
}

std::string to_text(const session::ExportedRun& exported) {
  std::string text;
  for (const auto& path : exported.written) text += fmt::format("wrote {}\n", printable(path.string()));
  return text;
}

std::string to_text(const session::Recovery& recovery) {
  std::string text;
  for (const auto& id : recovery.closed) text += fmt::format("closed {} as interrupted\n", id);
  for (const auto& run : recovery.silent)
    text += fmt::format(
        "left {} as it is: only its own machine can tell whether it still runs; last heard of at {}\n",
        run.id, to_iso8601(*run.last_heard));
  if (text.empty()) return "Nothing to recover: every run is closed or still running.\n";
  if (!recovery.silent.empty()) text += "joulecast recover --force closes these too.\n";
  return text;
}

nlohmann::ordered_json to_json(const session::Recovery& recovery) {
  return {{"recovered", recovery.closed}};
}

std::string to_json_text(const session::Recovery& recovery) {
  return json_text(to_json(recovery));
}

}  // namespace joulecast::report
