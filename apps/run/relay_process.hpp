// The process that stands between a command and the streams of its user, and that outlives joulecast.
#pragma once

#include "run/copy_ring.hpp"
#include "run/relay_board.hpp"
#include "run/relay_link.hpp"

namespace joulecast::run {

/// What the process needs. Descriptors that are not there are -1.
struct RelayDuty {
  int control = -1;  ///< the socket to joulecast
  int wake = -1;     ///< an eventfd: there is something in the ring
  int out = -1;      ///< what the command writes to standard output: a pipe or the master of a terminal
  int err = -1;      ///< the same for standard error, if it is not the same stream
  int session = -1;  ///< only kept open (ChildStreams::session)
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool err_goes_with_out = false;  ///< both are one stream
  bool own_session = false;
  LiveMode live = LiveMode::off;
  CopyRing* ring = nullptr;
  const RelayBoard* board = nullptr;
};

/// Runs in a forked process until the command's streams have ended and joulecast is gone. Passes every byte
/// on at once and unchanged, and a copy with its time to joulecast. Writes joulecast's own lines and its live
/// row between them. Reads nothing from the user's terminal. When joulecast ends in whatever way, the
/// terminal gets back its modes and its rows, and output goes on. If nobody reads a pipe any more to which it
/// writes, the command's own pipe breaks, too. Calls nothing that allocates memory or
/// takes a lock, because a second relay may be forked from a program with threads.
[[noreturn]] void relay_until_the_end(const RelayDuty& duty);

}  // namespace joulecast::run
