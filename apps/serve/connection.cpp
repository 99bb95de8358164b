#include "serve/connection.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace joulecast::serve {

bool Connection::receive() {
  std::array<char, 16'384> buffer;
  const auto size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  if (size == 0) return false;
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  arrived += static_cast<std::size_t>(size);
  if (phase != Phase::draining && phase != Phase::streaming)
    reader.feed({buffer.data(), static_cast<std::size_t>(size)});
  return true;
}

bool Connection::send() {
  while (!is_sent()) {
    const auto size = ::send(socket.get(), output.data() + sent, output.size() - sent, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno == EAGAIN;
    sent += static_cast<std::size_t>(size);
  }
  return true;
}

}  // namespace joulecast::serve
