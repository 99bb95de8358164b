#include "run/tell.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace joulecast::run {
namespace {

constexpr int patience_ms = 5000;

}  // namespace

void tell_text(std::string_view text) noexcept {
  while (!text.empty()) {
    pollfd waiting{STDERR_FILENO, POLLOUT, 0};
    const int ready = ::poll(&waiting, 1, patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return;
    // A pipe that is ready takes this much without waiting.
    const auto put = ::write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (put >= 0)
      text.remove_prefix(static_cast<std::size_t>(put));
    else if (errno != EINTR && errno != EAGAIN)
      return;
  }
}

}  // namespace joulecast::run
