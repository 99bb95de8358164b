#include "run/relay_link.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace joulecast::run {
namespace {

bool is_full(int error) {
  return error == EAGAIN || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Sent send_message(int socket, RelayWord word, std::string_view text) {
  auto first = static_cast<char>(word);
  iovec parts[2] = {{&first, 1},
                    {const_cast<char*>(text.data()), std::min(text.size(), longest_message - 1)}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return Sent::yes;
  return is_full(errno) ? Sent::full : Sent::gone;
}

Got take_message(int socket, RelayPacket& packet, RelayMessage& message) {
  ssize_t got = 0;
  do got = ::recv(socket, packet.data(), packet.size(), MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got < 0 && is_full(errno)) return Got::nothing;
  if (got <= 0) return Got::gone;
  message = {static_cast<RelayWord>(packet[0]), {packet.data() + 1, static_cast<std::size_t>(got) - 1}};
  return Got::message;
}

}  // namespace joulecast::run
