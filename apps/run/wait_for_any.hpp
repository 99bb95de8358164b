// Waiting for descriptors in a loop that must not end, nor spin, whatever the kernel answers.
#pragma once

#include <poll.h>

#include <cerrno>
#include <ctime>
#include <span>

namespace joulecast::run {

/// Like poll(). Where the kernel has no memory for it, it rests a little and then takes the first `trying`
/// descriptors, on which nothing blocks, for ready. Async-signal-safe.
inline int wait_for_any(std::span<pollfd> waiting, int patience_ms, std::size_t trying) {
  const int ready = ::poll(waiting.data(), waiting.size(), patience_ms);
  if (ready >= 0 || errno == EINTR) return ready;
  const timespec rest{0, 10'000'000};
  ::nanosleep(&rest, nullptr);
  for (auto& one : waiting) one.revents = 0;
  for (auto& one : waiting.first(trying))
    if (one.fd >= 0) one.revents = one.events;
  return static_cast<int>(trying);
}

}  // namespace joulecast::run
