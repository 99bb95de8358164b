// Connects the child's standard streams to joulecast.
#pragma once

#include "base/descriptor.hpp"

namespace joulecast::run {

/// The parent's ends, which are all that a relay needs.
struct ChildStreams {
  /// Reads what the child writes to standard output: a pipe or its terminal. None = not watched.
  Descriptor out;
  /// The same for standard error. None if not watched, or if both go through `out` in the order in which they
  /// are written.
  Descriptor err;
  bool out_is_terminal = false;  ///< its size follows the user's
  bool err_is_terminal = false;
  bool err_goes_with_out = false;
  /// The child has a session of its own on the terminal `out`. Keys that the user types reach it through
  /// `out`, including keys that send signals.
  bool own_session = false;
  /// Keeps the leader of the child's session until every holder of this end is gone.
  Descriptor session;

  /// The terminal's descriptor; -1 if the child has none that is watched.
  [[nodiscard]] int terminal() const {
    if (out_is_terminal) return out.get();
    return err_is_terminal ? err.get() : -1;
  }
};

/// The child's ends. A stream without one is inherited from joulecast.
struct InheritedStreams {
  Descriptor out;
  Descriptor err;
  bool out_is_input = false;  ///< standard input is `out`'s terminal
  bool out_is_error = false;  ///< standard error goes where standard output goes
};

struct StreamPair {
  ChildStreams ours;
  InheritedStreams childs;
};

/// Whether what a command writes to this stream of ours can be passed on to it without a difference to the
/// command. It cannot if writing fails (a stream that is closed, read-only, or a device like /dev/full): the
/// command then gets the stream itself, and meets the same error as without joulecast.
[[nodiscard]] bool can_be_relayed(int stream);

/// Gives each stream that can be relayed a terminal if joulecast's own is one, else a pipe; nothing if the
/// output is not watched. Streams that are the same file in joulecast stay one, so that the order of what is
/// written stays too. retry if the system has no more of them.
[[nodiscard]] Result<StreamPair> make_streams(bool watch_output);

}  // namespace joulecast::run
