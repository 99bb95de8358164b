#include "serve/loop.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/failure.hpp"
#include "serve/event_hub.hpp"
#include "serve/peer.hpp"

namespace joulecast::serve {
namespace {

using Phase = Connection::Phase;

constexpr std::uint64_t listener_id = 0, wake_up_id = 1;
constexpr Seconds drain_patience{1};
constexpr Seconds end_patience{1};
constexpr std::chrono::milliseconds look_at_deadlines{250};
constexpr std::chrono::milliseconds accept_pause{100};
constexpr double least_rate = 100e3;  ///< bytes a second that a client takes of a long answer

std::chrono::nanoseconds to_chrono(Seconds time) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(time.value() * 1e9));
}

/// Half of what the process may open: sensors, stores and libraries need the other half.
std::size_t connections_at_most(std::size_t wanted) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
  return std::clamp<std::size_t>(files.rlim_cur / 2, 8, std::max<std::size_t>(wanted, 8));
}

void watch_read(int epoll, int descriptor, std::uint64_t id) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = id;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

}  // namespace

Server::Loop::Loop(ServerOptions options, Router router, Listener listener, WakeUp wake_up, Descriptor epoll)
    : options_(std::move(options)),
      router_(std::move(router)),
      guard_(options_.guard),
      listener_(std::move(listener)),
      wake_up_(std::move(wake_up)),
      epoll_(std::move(epoll)),
      most_connections_(connections_at_most(options_.most_connections)),
      most_streams_(std::min(options_.most_streams, most_connections_ / 2)) {
  watch_read(epoll_.get(), listener_.socket.get(), listener_id);
  watch_read(epoll_.get(), wake_up_.descriptor(), wake_up_id);
}

Server::Loop::~Loop() {
  if (const auto& events = router_.services().events) events->call_after_events({});
  stop_ = true;
  wake_up_.set();
  if (thread_.joinable()) thread_.join();
}

Status Server::Loop::start() {
  // As many may wait as there are connections: nobody is refused for the sake of those before.
  for (auto [pool, workers] :
       {std::pair{&metrics_, options_.metrics_workers}, std::pair{&pages_, options_.page_workers},
        std::pair{&streams_, options_.stream_workers}}) {
    auto started = WorkerPool::start(workers, most_connections_);
    if (!started) return propagate(started.error());
    *pool = std::move(*started);
  }
  auto thread = start_thread([this] { work(); });
  if (!thread) return propagate(thread.error());
  thread_ = std::move(*thread);
  if (const auto& events = router_.services().events)
    events->call_after_events([this] {
      has_news_ = true;
      wake_up_.set();
    });
  return {};
}

void Server::Loop::work() {
  yield_to_others();
  auto end = Clock::time_point::max();
  while (Clock::now() < end && !(stop_ && connections_.empty())) {
    const bool idle = connections_.empty() && accept_again_ == Clock::time_point{};
    // Out of memory, a client loses its connection, not the others theirs.
    static_cast<void>(failure_of([&] {
      take_events(idle ? -1 : static_cast<int>(look_at_deadlines.count()));
      take_answers();
      feed_streams();
      close_late();
      resume_accepting();
    }));
    if (!stop_ || end != Clock::time_point::max()) continue;
    end = Clock::now() + to_chrono(end_patience);
    listener_.socket.reset();
    std::erase_if(connections_, [](const auto& entry) {
      const auto phase = entry.second.phase;
      return phase == Phase::reading || phase == Phase::draining || phase == Phase::streaming;
    });
  }
}

void Server::Loop::take_events(int milliseconds) {
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds);
  for (int i = 0; i < count; ++i) {
    const auto id = events[static_cast<std::size_t>(i)].data.u64;
    if (id == listener_id) {
      accept_new();
    } else if (id == wake_up_id) {
      wake_up_.clear();
    } else {
      take_event(id, events[static_cast<std::size_t>(i)].events);
    }
  }
}

void Server::Loop::accept_new() {
  constexpr int at_once = 64;
  for (int i = 0; i < at_once; ++i) {
    Descriptor socket(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) pause_accepting();
      return;
    }
    make_room();
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto id = next_id_++;
    auto& connection = connections_
                           .try_emplace(id, std::move(socket), options_.limits,
                                        [this, id](const Request& head) { return allowance(id, head); })
                           .first->second;
    set_phase(connection, Phase::reading, options_.request_patience);
    watch(id, connection, EPOLL_CTL_ADD);
  }
}

/// Without descriptors the clients stay in the queue; to ask for them at once again would burn a processor.
void Server::Loop::pause_accepting() {
  accept_again_ = Clock::now() + accept_pause;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener_.socket.get(), nullptr);
}

void Server::Loop::resume_accepting() {
  if (accept_again_ == Clock::time_point{} || Clock::now() < accept_again_ || stop_) return;
  accept_again_ = {};
  watch_read(epoll_.get(), listener_.socket.get(), listener_id);
}

/// A client that waits for nothing goes first, and of these the one that has done so for the longest.
void Server::Loop::make_room() {
  if (connections_.size() < most_connections_) return;
  const auto rank = [](const auto& entry) {
    const auto& connection = entry.second;
    const bool waits = connection.phase != Phase::reading && connection.phase != Phase::draining;
    return std::pair(waits, connection.began);
  };
  connections_.erase(std::ranges::min_element(connections_, {}, rank));
}

void Server::Loop::take_event(Id id, std::uint32_t events) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  auto& connection = found->second;
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (broken || ((events & EPOLLIN) != 0 && !connection.receive())) return close(id);
  go_on(id);
}

void Server::Loop::take_answers() {
  std::vector<Answer> answers;
  {
    const std::lock_guard guard(mutex_);
    answers.swap(answers_);
  }
  for (auto& answer : answers) {
    const auto found = connections_.find(answer.id);
    if (found == connections_.end()) continue;  // the client has gone
    if (answer.stream && !may_stream()) {
      found->second.keep = false;
      answer.bytes = to_bytes(problem_response(503, "too many streams are open already"), false, false);
      answer.stream.reset();
    }
    found->second.output = std::move(answer.bytes);
    found->second.sent = 0;
    found->second.stream = answer.stream;
    const Seconds patience =
        options_.write_patience + Seconds{static_cast<double>(found->second.output.size()) / least_rate};
    set_phase(found->second, Phase::writing, patience);
    go_on(answer.id);
  }
}

void Server::Loop::go_on(Id id) {
  auto& connection = connections_.at(id);
  while (true) {
    if (connection.phase == Phase::reading && !look_for_request(id, connection)) break;
    if (connection.phase != Phase::writing && connection.phase != Phase::streaming) break;
    if (!connection.send()) return close(id);
    if (!connection.is_sent()) break;
    if (connection.phase == Phase::streaming) {
      if (!feed(connection)) return close(id);
      break;
    }
    if (!after_answer(connection)) return close(id);
  }
  watch(id, connection, EPOLL_CTL_MOD);
}

bool Server::Loop::look_for_request(Id id, Connection& connection) {
  switch (connection.reader.state()) {
    case RequestReader::State::idle:
      return false;
    case RequestReader::State::partial:
      if (!connection.partial) set_phase(connection, Phase::reading, options_.request_patience);
      connection.partial = true;
      if (connection.reader.upload() > 0) {
        connection.upload = true;  // what has arrived, not what was announced, leaves time for the rest
        connection.deadline =
            connection.began + to_chrono(options_.request_patience +
                                         Seconds{static_cast<double>(connection.arrived) / least_rate});
      }
      return false;
    case RequestReader::State::broken:
      connection.keep = false;
      give(connection, connection.reader.refusal(), false);
      return true;
    case RequestReader::State::ready:
      break;
  }
  return begin_answer(id, connection, connection.reader.take());
}

bool Server::Loop::begin_answer(Id id, Connection& connection, Request request) {
  connection.keep = request.keep_alive && !stop_;
  const bool head = request.method == "HEAD";
  auto found = router_.find(request);
  const bool everybody = found.route != nullptr && found.route->readers == Readers::everybody;
  auto refusal = guard_.refuse(request, everybody);
  if (!refusal && found.route == nullptr) refusal = found.refusal;
  if (refusal) {
    give(connection, request.is_api() ? as_problem(*refusal) : *refusal, head);
    return true;
  }
  request.id = std::move(found.id);
  auto& pool = pool_of(found.route->lane);
  const bool is_private = found.route->readers == Readers::owner && guard_.tells_users_apart();
  const auto ends = is_private ? ends_of(connection.socket.get()) : std::nullopt;
  const bool added = pool.add([this, id, head, is_private, ends, keep = connection.keep, route = found.route,
                               asked = std::make_shared<Request>(std::move(request))] {
    std::optional<Response> refused;
    if (is_private) refused = Guard::refuse_user(ends ? user_at_other_end(*ends) : std::nullopt, ::geteuid());
    if (refused && asked->is_api()) refused = as_problem(std::move(*refused));
    const auto response = refused ? std::move(*refused) : router_.answer(*route, *asked);
    auto bytes = to_bytes(response, head, keep);
    {
      const std::lock_guard guard(mutex_);
      answers_.push_back({id, std::move(bytes), head ? std::nullopt : response.events_after});
    }
    wake_up_.set();
  });
  if (!added) {
    auto busy = line_response(503, "too many requests wait already");
    busy.headers.emplace_back("Retry-After", "1");
    give(connection, busy, head);
    return true;
  }
  set_phase(connection, Phase::answering, Seconds{3600});
  return false;
}

void Server::Loop::give(Connection& connection, const Response& response, bool head) {
  connection.output = to_bytes(response, head, connection.keep);
  connection.sent = 0;
  set_phase(connection, Phase::writing, options_.write_patience);
}

/// Whose long body may arrive: of a few at once, and of nobody who would be refused afterwards.
Allowance Server::Loop::allowance(Id id, const Request& head) {
  const auto found = router_.find(head);
  if (found.route == nullptr || found.route->longest_body <= options_.limits.body)
    return {options_.limits.body, {}};
  const auto api = [](Response response) { return Allowance{0, as_problem(std::move(response))}; };
  if (auto refusal = guard_.refuse(head)) return api(std::move(*refusal));
  if (guard_.tells_users_apart()) {
    const auto ends = ends_of(connections_.at(id).socket.get());
    if (auto refusal = Guard::refuse_user(ends ? user_at_other_end(*ends) : std::nullopt, ::geteuid()))
      return api(std::move(*refusal));
  }
  const auto uploads =
      std::ranges::count_if(connections_, [](const auto& entry) { return entry.second.upload; });
  if (static_cast<std::size_t>(uploads) >= options_.most_uploads)
    return api(line_response(503, "other uploads are still arriving"));
  return {found.route->longest_body, {}};
}

bool Server::Loop::may_stream() const {
  const auto streams =
      std::ranges::count_if(connections_, [](const auto& entry) { return entry.second.stream.has_value(); });
  return static_cast<std::size_t>(streams) < most_streams_;
}

void Server::Loop::feed_streams() {
  const bool news = has_news_.exchange(false);
  const auto quiet = Clock::now() - to_chrono(options_.heartbeat);
  std::vector<Id> lost;
  for (auto& [id, connection] : connections_) {
    if (connection.phase != Phase::streaming || (!news && connection.began > quiet)) continue;
    if (!feed(connection, /*comment=*/!news))
      lost.push_back(id);
    else
      watch(id, connection, EPOLL_CTL_MOD);
  }
  for (const auto id : lost) close(id);
}

/// A client that does not read keeps what it has not read; new events wait in the hub. False if it is lost.
bool Server::Loop::feed(Connection& connection, bool comment) {
  while (connection.is_sent()) {
    auto part = router_.services().events->after(*connection.stream);
    if (part.bytes.empty() && comment) part.bytes = ":\n\n";
    comment = false;
    if (part.bytes.empty()) {
      connection.deadline = Clock::time_point::max();
      break;
    }
    connection.stream = part.last;
    connection.output = std::move(part.bytes);
    connection.sent = 0;
    set_phase(connection, Phase::streaming, options_.write_patience);
    if (!connection.send()) return false;
  }
  return true;
}

bool Server::Loop::after_answer(Connection& connection) {
  connection.output.clear();
  connection.sent = 0;
  if (connection.stream) {
    set_phase(connection, Phase::streaming, options_.write_patience);
    return feed(connection);
  }
  if (connection.keep) {
    set_phase(connection, Phase::reading, options_.idle_patience);
    return true;
  }
  // Closed at once, what the client still sends would take the answer away from it (a reset).
  set_phase(connection, Phase::draining, drain_patience);
  return ::shutdown(connection.socket.get(), SHUT_WR) == 0;
}

void Server::Loop::set_phase(Connection& connection, Phase phase, Seconds patience) {
  connection.phase = phase;
  connection.partial = false;
  connection.arrived = 0;
  if (phase == Phase::reading || phase == Phase::writing) connection.upload = false;
  connection.began = Clock::now();
  connection.deadline = connection.began + to_chrono(patience);
}

void Server::Loop::watch(Id id, const Connection& connection, int operation) {
  epoll_event event{};
  event.data.u64 = id;
  if (connection.phase == Phase::reading || connection.phase == Phase::draining) event.events = EPOLLIN;
  if (connection.phase == Phase::writing) event.events = EPOLLOUT;
  if (connection.phase == Phase::streaming)
    event.events = connection.is_sent() ? EPOLLIN : EPOLLIN | EPOLLOUT;
  ::epoll_ctl(epoll_.get(), operation, connection.socket.get(), &event);
}

void Server::Loop::close_late() {
  const auto now = Clock::now();
  std::vector<Id> late;
  for (auto& [id, connection] : connections_)
    if (connection.deadline < now) late.push_back(id);
  for (const auto id : late) {
    auto& connection = connections_.at(id);
    if (connection.phase != Phase::reading || !connection.partial) {
      close(id);
      continue;
    }
    connection.keep = false;
    give(connection, line_response(408, "the request did not arrive in time"), false);
    go_on(id);
  }
}

}  // namespace joulecast::serve
