// How a probe's run is told apart from trainings (joulecast probe).
#pragma once

#include <string_view>

namespace joulecast::trace {

/// Tag of a run that was measured only until its forecast was ready; its value is the longest it may take.
constexpr std::string_view probe_tag = "joulecast.probe";

}  // namespace joulecast::trace
