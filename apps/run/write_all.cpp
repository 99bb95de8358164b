#include "run/write_all.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace joulecast::run {

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno == EAGAIN) {  // somebody made the stream non-blocking: wait as a blocking stream would
      pollfd waiting{fd, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool can_write(int fd, int timeout_ms) {
  pollfd waiting{fd, POLLOUT, 0};
  return ::poll(&waiting, 1, timeout_ms) > 0;
}

}  // namespace joulecast::run
