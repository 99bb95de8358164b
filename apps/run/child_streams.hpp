// Connects the child's standard streams to joulecast.
#pragma once

#include "base/descriptor.hpp"

namespace joulecast::run {

/// The parent's ends, which are all that a relay needs.
struct ChildStreams {
  /// Reads what the child writes to standard output: a pipe or its terminal. None = not watched.
  Descriptor out;
  /// The same for standard error. None if not watched, or if it is `out`'s terminal.
  Descriptor err;
  /// `out` is a terminal whose size follows the user's.
  bool terminal = false;
  /// The child leads a session on that terminal. Keys that the user types reach it through `out`, including
  /// keys that send signals.
  bool own_session = false;
};

/// The child's ends. A stream without one is inherited from joulecast.
struct InheritedStreams {
  Descriptor out;
  Descriptor err;
  bool out_is_input = false;  ///< standard input is `out`'s terminal
  bool out_is_error = false;  ///< standard error is `out`'s terminal
};

struct StreamPair {
  ChildStreams ours;
  InheritedStreams childs;
};

/// Uses a terminal if joulecast has one, else pipes; nothing if the output is not watched. retry if the
/// system has no more of them.
[[nodiscard]] Result<StreamPair> make_streams(bool watch_output);

}  // namespace joulecast::run
