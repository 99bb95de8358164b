#include "session/tables/left_out_runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace joulecast::session {

std::string_view name_of(LeftOutReason reason) {
  switch (reason) {
    case LeftOutReason::still_running:
      return "still_running";
    case LeftOutReason::failed:
      return "failed";
    case LeftOutReason::interrupted:
      return "interrupted";
    case LeftOutReason::stopped:
      return "stopped";
    case LeftOutReason::no_energy:
      return "no_energy";
    case LeftOutReason::no_figure:
      return "no_figure";
    case LeftOutReason::no_label:
      return "no_label";
  }
  return "";
}

void add_left_out(std::vector<LeftOutRuns>& all, LeftOutReason reason, const std::string& column,
                  std::string run) {
  auto found = std::ranges::find_if(
      all, [&](const LeftOutRuns& known) { return known.reason == reason && known.column == column; });
  if (found == all.end()) found = all.insert(all.end(), {reason, column, {}});
  if (found->runs.empty() || found->runs.back() != run) found->runs.push_back(std::move(run));
}

std::string describe(const LeftOutRuns& left_out) {
  const bool one = left_out.runs.size() == 1;
  const auto what = [&]() -> std::string {
    switch (left_out.reason) {
      case LeftOutReason::still_running:
        return one ? "is still running" : "are still running";
      case LeftOutReason::failed:
        return "failed";
      case LeftOutReason::interrupted:
        return "did not finish";
      case LeftOutReason::stopped:
        return one ? "was ended by a limit" : "were ended by a limit";
      case LeftOutReason::no_energy:
        return one ? "has no known energy" : "have no known energy";
      case LeftOutReason::no_figure:
        return (one ? "has no " : "have no ") + left_out.column;
      case LeftOutReason::no_label:
        return (one ? "names no " : "name no ") + left_out.column;
    }
    return "";
  };
  return fmt::format("{} run{} {}", left_out.runs.size(), one ? "" : "s", what());
}

std::string first_runs(std::span<const std::string> ids) {
  constexpr std::size_t shown = 5;
  return fmt::format("{}{}", fmt::join(ids.first(std::min(shown, ids.size())), ", "),
                     ids.size() > shown ? ", ..." : "");
}

Error with_reasons(Error error, std::span<const LeftOutRuns> left_out) {
  for (const auto& entry : left_out) error.message += "; " + describe(entry);
  return error;
}

}  // namespace joulecast::session
