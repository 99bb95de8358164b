// The thread that speaks with all clients.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/thread.hpp"
#include "base/wake_up.hpp"
#include "serve/connection.hpp"
#include "serve/server.hpp"
#include "serve/worker_pool.hpp"

namespace joulecast::serve {

class Server::Loop {
 public:
  Loop(ServerOptions options, Router router, Listener listener, WakeUp wake_up, Descriptor epoll);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  [[nodiscard]] Status start();
  [[nodiscard]] const ListenAddress& address() const { return listener_.address; }

 private:
  using Id = std::uint64_t;
  using Clock = std::chrono::steady_clock;
  using Connections = std::unordered_map<Id, Connection>;
  struct Answer {
    Id id = 0;
    std::string bytes;
    std::optional<std::uint64_t> stream;
  };

  void work();
  void take_events(int milliseconds);
  void accept_new();
  void pause_accepting();
  void resume_accepting();
  void make_room();
  void take_event(Id id, std::uint32_t events);
  void take_answers();
  /// Goes on with a connection after something has happened to it; closes it if it is at its end.
  void go_on(Id id);
  /// Looks at what was read. Returns whether an answer can be written at once.
  [[nodiscard]] bool look_for_request(Id id, Connection& connection);
  [[nodiscard]] bool begin_answer(Id id, Connection& connection, Request request);
  [[nodiscard]] Allowance allowance(Id id, const Request& head);
  [[nodiscard]] WorkerPool& pool_of(Lane lane) {
    return lane == Lane::metrics ? *metrics_ : lane == Lane::pages ? *pages_ : *streams_;
  }
  [[nodiscard]] bool may_stream() const;
  void give(Connection& connection, const Response& response, bool head);
  /// After the answer: the next request, or the end. Returns whether the connection stays.
  [[nodiscard]] bool after_answer(Connection& connection);
  /// Adds what has happened to all streams, and a comment where nothing has for long.
  void feed_streams();
  [[nodiscard]] bool feed(Connection& connection, bool comment = false);
  void set_phase(Connection& connection, Connection::Phase phase, Seconds patience);
  void watch(Id id, const Connection& connection, int operation);
  void close_late();
  void close(Id id) { connections_.erase(id); }

  const ServerOptions options_;
  const Router router_;
  const Guard guard_;
  Listener listener_;
  const WakeUp wake_up_;
  const Descriptor epoll_;
  Connections connections_;
  Id next_id_ = 2;
  std::size_t most_connections_;
  std::size_t most_streams_;
  std::atomic<bool> has_news_{false};  ///< for the streams
  Clock::time_point accept_again_;     ///< after a failure to accept
  std::mutex mutex_;
  std::vector<Answer> answers_;  ///< that workers have computed
  std::atomic<bool> stop_{false};
  std::unique_ptr<WorkerPool> metrics_, pages_, streams_;
  Thread thread_;
};

}  // namespace joulecast::serve
