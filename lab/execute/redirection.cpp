#include "lab/execute/redirection.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

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
  const Descriptor log(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0644));
  if (!log) return fail_errno(file, errno);
  const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!nothing) return fail_errno("/dev/null", errno);
  Redirection redirection;
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
