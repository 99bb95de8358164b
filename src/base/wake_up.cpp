#include "base/wake_up.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

#include "base/system_error.hpp"

namespace joulecast {

Result<WakeUp> WakeUp::create() {
  Descriptor descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!descriptor) return fail_errno("eventfd", errno);
  return WakeUp(std::move(descriptor));
}

void WakeUp::set() const {
  // Fails only if the count is at its maximum, and then the flag is set already.
  const std::uint64_t one = 1;
  while (::write(descriptor_.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void WakeUp::clear() const {
  std::uint64_t count = 0;
  while (::read(descriptor_.get(), &count, sizeof count) < 0 && errno == EINTR) {
  }
}

}  // namespace joulecast
