// How the child's standard streams are connected to us.
#pragma once

#include "base/descriptor.hpp"

namespace joulecast::run {

/// Our ends: what a relay needs, and all that it needs.
struct ChildStreams {
  Descriptor out;  ///< what the child writes to standard output: a pipe, or its terminal; none = not watched
  Descriptor err;  ///< the same for standard error; none where not watched, or where it is `out`'s terminal
  bool terminal = false;  ///< `out` is a terminal: its size follows ours
  /// The child leads a session on that terminal. What is typed on ours reaches it through `out`, the keys
  /// that send signals too.
  bool own_session = false;
};

/// The child's ends. A stream that has none is the same as ours.
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

/// A terminal where we have one, else pipes; nothing where the output is not watched. retry where the system
/// gives no more of them.
[[nodiscard]] Result<StreamPair> make_streams(bool watch_output);

}  // namespace joulecast::run
