#include "progress/rank_link.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace joulecast::progress {
namespace {

constexpr std::size_t most_pending = 1 << 20;
constexpr std::size_t longest_order = 1 << 16;

}  // namespace

Result<RankLink> RankLink::connect(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto name = socket.string();
  if (name.empty() || name.size() >= sizeof address.sun_path)
    return fail(ErrorKind::unavailable, name, "not the path of a socket");
  std::ranges::copy(name, address.sun_path);
  Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!connection)
    return fail(ErrorKind::retry, name, "no descriptor for a socket: {}", std::strerror(errno));
  if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(ErrorKind::unavailable, name, "nobody listens there: {}", std::strerror(errno));
  return RankLink(std::move(connection));
}

void RankLink::say(const RankMessage& message) {
  auto line = to_line(message);
  if (pending_.size() + line.size() > most_pending) {
    ++lost_;
    return;
  }
  pending_ += line;
  write_more();
}

void RankLink::write_more() {
  while (!pending_.empty()) {
    const auto sent = ::send(connection_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0) {  // read() tells that the other end is gone
      pending_.clear();
      return;
    }
    pending_.erase(0, static_cast<std::size_t>(sent));
  }
}

RankLink::Heard RankLink::read() {
  Heard heard;
  std::array<char, 1024> bytes{};
  for (;;) {
    const auto got = ::recv(connection_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      heard.gone = true;
      break;
    }
    partial_.append(bytes.data(), static_cast<std::size_t>(got));
  }
  std::size_t begin = 0;
  for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n', begin)) {
    if (auto order = rank_order(std::string_view(partial_).substr(begin, end - begin)))
      heard.orders.push_back(std::move(*order));
    begin = end + 1;
  }
  partial_.erase(0, begin);
  if (partial_.size() > longest_order) partial_.clear();
  return heard;
}

}  // namespace joulecast::progress
