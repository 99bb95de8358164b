#include "base/descriptor.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>

#include "base/system_error.hpp"

namespace joulecast {

Result<Descriptor> above_standard_streams(Descriptor descriptor) {
  if (descriptor.get() > STDERR_FILENO) return descriptor;
  Descriptor higher(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!higher) return fail_errno("descriptor", errno);
  return higher;
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe", errno);
  Descriptor first(ends[0]), second(ends[1]);
  auto read_end = above_standard_streams(std::move(first));
  if (!read_end) return propagate(read_end.error());
  auto write_end = above_standard_streams(std::move(second));
  if (!write_end) return propagate(write_end.error());
  return Pipe{std::move(*read_end), std::move(*write_end)};
}

}  // namespace joulecast
