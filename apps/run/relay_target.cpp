#include "run/relay_target.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>

namespace joulecast::run {
namespace {

int open_again(int stream) {
  std::array<char, 32> path{};
  std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", stream);
  const int opened = ::open(path.data(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (opened < 0 || opened > STDERR_FILENO) return opened;
  const int higher = ::fcntl(opened, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(opened);
  return higher;
}

bool is_ready(int stream) {
  pollfd waiting{stream, POLLOUT, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

}  // namespace

RelayTarget::RelayTarget(int stream) {
  open(stream);
}

void RelayTarget::open(int stream) {
  stream_ = stream;
  struct stat about {};
  if (::fstat(stream, &about) != 0) return;
  is_socket_ = S_ISSOCK(about.st_mode);
  struct statfs system {};
  is_nameless_pipe_ =
      S_ISFIFO(about.st_mode) && ::fstatfs(stream, &system) == 0 && system.f_type == PIPEFS_MAGIC;
  is_terminal_ = ::isatty(stream) == 1;
  if (!S_ISFIFO(about.st_mode) && !is_terminal_) return;
  own_ = open_again(stream);
  in_small_pieces_ = own_ < 0;
}

RelayTarget::~RelayTarget() {
  if (own_ >= 0) ::close(own_);
}

bool RelayTarget::lost_its_reader() const {
  return error_ == EPIPE || error_ == ECONNRESET;
}

RelayTarget::Outcome RelayTarget::write(std::string_view& bytes) const {
  while (!bytes.empty()) {
    if (in_small_pieces_ && !is_ready(stream_)) return Outcome::waits;
    const auto size = in_small_pieces_ ? std::min<std::size_t>(bytes.size(), PIPE_BUF) : bytes.size();
    const auto put = is_socket_ ? ::send(stream_, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                : ::write(descriptor(), bytes.data(), size);
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return Outcome::waits;
    error_ = errno;
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? Outcome::dropped : Outcome::broken;
  }
  return Outcome::written;
}

}  // namespace joulecast::run
