// How a run is, or how it ended.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::trace {

enum class RunStatus {
  running,
  finished,
  failed,
  interrupted,
  stopped,  ///< ended by a limit that the user had set
};
[[nodiscard]] std::string_view name_of(RunStatus status);
[[nodiscard]] std::optional<RunStatus> run_status_from(std::string_view name);

}  // namespace joulecast::trace
