#include "lab/execute/redirection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/system_error.hpp"

namespace joulecast::lab {
namespace {

Descriptor copy_of(int stream) {
  return Descriptor(::fcntl(stream, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

void give_back(const Descriptor& copy, int stream) {
  if (copy) ::dup2(copy.get(), stream);
}

}  // namespace

Result<Redirection> Redirection::to(const std::filesystem::path& file) {
  const Descriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing) return fail_errno("/dev/null", errno);
  Redirection redirection;
  Descriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644));
  if (!opened && errno != ENOSPC && errno != EDQUOT) return fail_errno(file, errno);
  // Figures are read along with the output, not from the file.
  if (!opened) redirection.lost_ = std::strerror(errno);
  const auto& log = opened ? opened : nothing;
  redirection.input_ = copy_of(STDIN_FILENO);
  redirection.output_ = copy_of(STDOUT_FILENO);
  redirection.error_ = copy_of(STDERR_FILENO);
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(log.get(), STDOUT_FILENO);
  ::dup2(log.get(), STDERR_FILENO);
  return redirection;
}

Redirection::~Redirection() {
  give_back(input_, STDIN_FILENO);
  give_back(output_, STDOUT_FILENO);
  give_back(error_, STDERR_FILENO);
}

}  // namespace joulecast::lab
