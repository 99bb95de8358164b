#include "progress/socket_server.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/files.hpp"
#include "progress/protocol.hpp"

namespace joulecast::progress {
namespace {

constexpr std::size_t most_clients = 256;
/// A client that never stops sending must not keep us from reading the training's output
constexpr int most_reads_per_service = 16;

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

Result<SocketServer> SocketServer::listen(const std::filesystem::path& parent) {
  const auto folder = make_temporary_directory(parent, "joulecast");
  if (!folder)
    return fail(folder.error().kind, folder.error().where, "no folder for the socket: {}",
                folder.error().message);
  SocketServer server;
  server.path_ = *folder / "socket";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto name = server.path_.string();
  if (name.size() >= sizeof address.sun_path)
    return fail(ErrorKind::unavailable, name,
                "the path is too long for a socket; set TMPDIR to a shorter one");
  std::ranges::copy(name, address.sun_path);
  server.listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  server.epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (server.listener_ < 0 || server.epoll_ < 0 ||
      ::bind(server.listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(server.listener_, 64) != 0)
    return fail(ErrorKind::unavailable, name, "cannot listen: {}", std::strerror(errno));
  watch(server.epoll_, server.listener_);
  return server;
}

SocketServer::SocketServer(SocketServer&& other) noexcept
    : path_(std::move(other.path_)),
      listener_(std::exchange(other.listener_, -1)),
      epoll_(std::exchange(other.epoll_, -1)),
      clients_(std::exchange(other.clients_, {})),
      refused_(other.refused_),
      last_refusal_(std::move(other.last_refusal_)) {
  other.path_.clear();
}

SocketServer::~SocketServer() {
  for (const auto& [fd, client] : clients_) ::close(fd);
  if (listener_ >= 0) ::close(listener_);
  if (epoll_ >= 0) ::close(epoll_);
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
  std::filesystem::remove(path_.parent_path(), ignored);
}

void SocketServer::refuse(const Error& error) {
  ++refused_;
  last_refusal_ = error.message;
}

void SocketServer::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (clients_.size() >= most_clients) {
      refuse({ErrorKind::malformed, "too many connections at once", "protocol"});
      ::close(fd);
      continue;
    }
    clients_.emplace(fd, Client{});
    watch(epoll_, fd);
  }
}

void SocketServer::take_lines(Client& client, SteadyTime received, std::vector<Event>& events) {
  std::size_t begin = 0;
  for (auto end = client.buffer.find('\n'); end != std::string::npos; end = client.buffer.find('\n', begin)) {
    const auto line = std::string_view(client.buffer).substr(begin, end - begin);
    begin = end + 1;
    if (std::exchange(client.skipping, false)) continue;
    if (line.empty()) continue;
    auto told = parse_message(line, received);
    if (!told) {
      refuse(told.error());
      continue;
    }
    events.insert(events.end(), told->begin(), told->end());
  }
  client.buffer.erase(0, begin);
  if (client.buffer.size() > longest_line) {
    if (!client.skipping) refuse({ErrorKind::malformed, "a line is too long", "protocol"});
    client.skipping = true;
    client.buffer.clear();
  }
}

bool SocketServer::read_client(int fd, Client& client, const Clock& clock, std::vector<Event>& events) {
  std::array<char, 8192> bytes;
  for (int reads = 0; reads < most_reads_per_service; ++reads) {
    const auto got = ::read(fd, bytes.data(), bytes.size());
    if (got > 0) {
      client.buffer.append(bytes.data(), static_cast<std::size_t>(got));
      take_lines(client, clock.steady(), events);
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    return false;  // closed, or broken
  }
  return true;
}

std::vector<Event> SocketServer::service(const Clock& clock) {
  std::vector<Event> events;
  std::array<epoll_event, 32> ready;
  const int n = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 0);
  for (int i = 0; i < n; ++i) {
    const int fd = ready[static_cast<std::size_t>(i)].data.fd;
    if (fd == listener_) {
      accept_all();
      continue;
    }
    const auto client = clients_.find(fd);
    if (client == clients_.end() || read_client(fd, client->second, clock, events)) continue;
    ::close(fd);
    clients_.erase(client);
  }
  // Several ranks may write at once: their events are sorted by time.
  std::ranges::stable_sort(events, {}, &Event::time);
  return events;
}

}  // namespace joulecast::progress
