// The HTTP server. One thread speaks with all clients and never waits for any of them; workers compute the
// answers and never see a socket. So a slow client costs its own connection and nothing else.
#pragma once

#include <memory>

#include "serve/guard.hpp"
#include "serve/listen_address.hpp"
#include "serve/request_reader.hpp"
#include "serve/router.hpp"

namespace joulecast::serve {

struct ServerOptions {
  ListenAddress listen;
  GuardOptions guard;
  RequestLimits limits;
  Seconds request_patience{10};  ///< from a request's first byte to its last
  Seconds idle_patience{75};     ///< between two requests; Prometheus asks every minute by default
  Seconds write_patience{10};    ///< for the client to take the answer
  /// Beyond these the connection goes that has been without a whole request for the longest. Fewer where the
  /// process may have fewer descriptors.
  std::size_t most_connections = 1000;
  std::size_t most_streams = 256;  ///< of events; half of the connections at most
  std::size_t most_uploads = 4;    ///< at once
  Seconds heartbeat{15};           ///< a stream without events gets a comment
  std::size_t metrics_workers = 2;
  std::size_t page_workers = 4;
  std::size_t stream_workers = 1;  ///< that begin streams; the loop itself goes on with them
};

class Server {
 public:
  /// Listens, and answers on threads of its own. denied or unavailable where it cannot listen there; retry if
  /// the system has no more threads or descriptors.
  [[nodiscard]] static Result<Server> start(ServerOptions options, Router router);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  /// Answers that are being written get a second to arrive.
  ~Server();

  /// With the port that was found.
  [[nodiscard]] const ListenAddress& address() const;

 private:
  class Loop;
  explicit Server(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace joulecast::serve
