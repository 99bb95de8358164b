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

#include "progress/protocol.hpp"

namespace joulecast::progress {
namespace {

constexpr std::size_t most_clients = 256;
/// A client that never stops sending must not prevent reading the training's output.
constexpr int most_reads_per_service = 16;
constexpr std::size_t most_ranks = 4096;  ///< of a node, with those that came again

bool watch(const Descriptor& epoll, const Descriptor& watched) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = watched.get();
  return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, watched.get(), &event) == 0;
}

}  // namespace

int SocketServer::bind_and_listen() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto name = path().string();
  if (name.size() >= sizeof address.sun_path) return ENAMETOOLONG;
  std::ranges::copy(name, address.sun_path);
  listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!listener_ || !epoll_) return errno;
  if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return errno;
  return ::listen(listener_.get(), 64) == 0 && watch(epoll_, listener_) ? 0 : errno;
}

Result<SocketServer> SocketServer::listen(const std::filesystem::path& parent) {
  constexpr int tries = 100;
  SocketServer server;
  int error = 0;
  for (int number = 1; number <= tries; ++number) {
    auto file = SocketFile::in(parent, number);
    if (!file)
      return fail(file.error().kind, file.error().where, "no folder for the socket: {}",
                  file.error().message);
    server.file_ = std::move(*file);
    error = server.bind_and_listen();
    if (error == 0) return server;
    // The name is that of another socket of this process, or of one with this number in another container; or
    // the last user of the folder has just removed it.
    if (error == EADDRINUSE) server.file_.disown();
    if (error != EADDRINUSE && error != ENOENT) break;
  }
  if (error == ENAMETOOLONG)
    return fail(ErrorKind::unavailable, server.path().string(),
                "the path is too long for a socket; set TMPDIR to a shorter one");
  return fail(ErrorKind::unavailable, server.path().string(), "cannot listen: {}", std::strerror(error));
}

void SocketServer::announce_run(const std::string& id, const std::filesystem::path& store) const {
  file_.announce(fmt::format("{}\n{}\n", id, store.string()));
}

void SocketServer::refuse(const Error& error) {
  ++refused_;
  last_refusal_ = error.message;
}

/// A run has one progress. Whoever tells it first goes on for as long as he is connected: the epochs of a
/// worker or of another rank would be mixed with his. Metrics and windows are welcome from all.
bool SocketServer::may_tell(Client& client, const std::vector<Event>& told) {
  if (told.empty() || !is_about_progress(told.front().kind)) return true;
  const int number = client.connection.get();
  client.left_out = client.left_out || host_tells_ || (teller_ && *teller_ != number);
  if (client.left_out) {
    ++left_out_;
    return false;
  }
  if (advances_progress(told.front().kind)) teller_ = number;
  return true;
}

void SocketServer::accept_all() {
  for (;;) {
    Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!connection) {
      // Without a descriptor for it the connection stays, and would wake us again and again.
      resting_ = errno != EAGAIN && errno != EINTR && errno != ECONNABORTED &&
                 ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.get(), nullptr) == 0;
      return;
    }
    if (clients_.size() >= most_clients) {
      refuse({ErrorKind::malformed, "too many connections at once", "protocol"});
      continue;
    }
    if (!watch(epoll_, connection)) continue;
    const int number = connection.get();
    clients_.emplace(number, Client{std::move(connection), {}});
  }
}

void SocketServer::take_lines(Client& client, SteadyTime received, std::vector<Event>& events) {
  std::size_t begin = 0;
  for (auto end = client.buffer.find('\n'); end != std::string::npos; end = client.buffer.find('\n', begin)) {
    const auto line = std::string_view(client.buffer).substr(begin, end - begin);
    begin = end + 1;
    if (std::exchange(client.skipping, false)) continue;
    if (line.empty() || take_rank_line(client, line, events)) continue;
    if (const auto lost = lost_messages(line)) {
      lost_ += *lost;
      continue;
    }
    auto told = parse_message(line, received);
    if (!told) {
      refuse(told.error());
      continue;
    }
    if (!may_tell(client, *told)) continue;
    auto counted = own_that_count(std::move(*told));
    events.insert(events.end(), counted.begin(), counted.end());
  }
  client.buffer.erase(0, begin);
  if (client.buffer.size() > longest_line) {
    if (!client.skipping) refuse({ErrorKind::malformed, "a line is too long", "protocol"});
    client.skipping = true;
    client.buffer.clear();
  }
}

/// A metric belongs to the epoch that its rank is in, which need not be that of the rank whose progress
/// counts.
void SocketServer::name_epoch(Event& event, std::optional<int>& epoch) {
  if (event.kind == EventKind::phase_begin) epoch.reset();
  if (event.kind == EventKind::epoch_begin || event.kind == EventKind::epoch_end) epoch = event.epoch;
  if (event.kind == EventKind::metric && !event.epoch) event.epoch = epoch;
}

/// A rank that attached is heard by the rules of RankVoices, and its training is not one more process of
/// ours.
bool SocketServer::take_rank_line(Client& client, std::string_view line, std::vector<Event>& events) {
  auto message = rank_message(line);
  if (!message) return false;
  using enum RankMessage::Kind;
  if (message->kind == attach) {
    if (client.rank || ranks_.size() >= most_ranks) return true;
    client.rank = ranks_.size();
    voices_.joined(client.connection.get());
    ranks_.push_back({.greeting = std::move(message->greeting)});
    return true;
  }
  if (!client.rank) return false;
  auto& rank = ranks_[*client.rank];
  if (message->kind == left) {
    rank.has_left = true;
    rank.exit_status = message->exit_status;
  } else if (message->kind == took_over) {
    taken_over_ = message->time;
    rank.has_left = true;
  } else {
    name_epoch(message->event, rank.epoch);
    if (voices_.counts(client.connection.get(), message->event)) events.push_back(std::move(message->event));
  }
  return true;
}

std::vector<Event> SocketServer::own_that_count(std::vector<Event> events) {
  for (auto& event : events)
    if (event.kind != EventKind::metric || !ranks_.empty()) name_epoch(event, own_epoch_);
  std::erase_if(events, [this](const Event& event) { return !voices_.counts(RankVoices::own, event); });
  return events;
}

void SocketServer::tell_ranks(const RankOrder& order) {
  const auto line = to_line(order);
  for (const auto& [number, client] : clients_)
    if (client.rank) (void)::send(number, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void SocketServer::tell_rank(std::size_t place, const RankOrder& order) {
  const auto line = to_line(order);
  for (const auto& [number, client] : clients_)
    if (client.rank == place) (void)::send(number, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void SocketServer::let_go(int number) {
  const auto client = clients_.find(number);
  bool came_to_its_end = false;
  if (client->second.rank) {
    auto& rank = ranks_[*client->second.rank];
    rank.is_there = false;
    came_to_its_end = rank.has_left && rank.exit_status.value_or(0) == 0;
  }
  voices_.left(number, came_to_its_end);
  if (teller_ == number) teller_.reset();
  clients_.erase(client);
}

bool SocketServer::read_client(Client& client, const Clock& clock, std::vector<Event>& events) {
  std::array<char, 8192> bytes;
  for (int reads = 0; reads < most_reads_per_service; ++reads) {
    const auto got = ::read(client.connection.get(), bytes.data(), bytes.size());
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
  if (resting_ && watch(epoll_, listener_)) resting_ = false;
  std::array<epoll_event, 32> ready;
  const int n = ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), 0);
  for (int i = 0; i < n; ++i) {
    const int fd = ready[static_cast<std::size_t>(i)].data.fd;
    if (fd == listener_.get()) {
      accept_all();
      continue;
    }
    const auto client = clients_.find(fd);
    if (client == clients_.end() || read_client(client->second, clock, events)) continue;
    let_go(fd);
  }
  // Several ranks may write at once: their events are sorted by time.
  std::ranges::stable_sort(events, {}, &Event::time);
  return events;
}

}  // namespace joulecast::progress
