// `joulecast top`: running runs on a full screen, as their store tells of them. The runs themselves are not
// asked.
#pragma once

#include <string>

#include "base/result.hpp"

namespace joulecast::top {

struct TopRequest {
  std::string store;  ///< path or address; "" = the user's own
  std::string host;   ///< only runs of this machine; "" = of all that write into the store
};

/// Returns after q, SIGINT, SIGTERM, SIGHUP or SIGQUIT, or when the terminal has gone; the terminal is then
/// as it was. unavailable without a terminal; retry if there are no more threads. Call it before the program
/// has any thread.
[[nodiscard]] Status watch_runs(const TopRequest& request);

}  // namespace joulecast::top
