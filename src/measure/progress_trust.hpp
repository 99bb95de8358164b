// How far the training's progress can be relied upon, for decisions that would harm it if they were wrong.
#pragma once

#include <optional>

#include "progress/event.hpp"

namespace joulecast::measure {

struct ProgressTrust {
  std::optional<progress::Evidence> evidence;  ///< of the progress so far; nothing = none was heard
  bool consistent = true;                      ///< nothing that was said contradicts something else
  bool total_known = false;
};

}  // namespace joulecast::measure
