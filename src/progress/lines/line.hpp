// A line of a training's output, as a person would see it: without escape sequences, and apart from the
// prefix of a logger or launcher.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace joulecast::progress {

struct Line {
  std::string text;     ///< without the prefix and without blanks at its ends
  std::string lowered;  ///< the same in small letters
  std::string full;     ///< with the prefix
  /// What the launcher or program calls the process that wrote it: "0" of "[rank0]:", "" where it does not.
  std::string rank;
  SteadyTime time;  ///< when its last character arrived
  /// Drawn over what stood there, as progress bars do (after \r, backspaces or a movement of the cursor).
  bool redrawn = false;
  /// Ended by a newline: nothing will be drawn over it.
  bool ended = false;
  /// Drawn this many rows below the place to which the cursor then went back: an inner bar. 0 otherwise.
  int below = 0;
};

}  // namespace joulecast::progress
