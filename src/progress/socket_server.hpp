// The listening end of the protocol: a Unix socket in a private folder. Never blocks, and a bad client does
// no harm.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "progress/event.hpp"

namespace joulecast::progress {

class SocketServer {
 public:
  /// Makes a folder of its own (mode 0700) below `parent` and listens there. unavailable where it cannot.
  [[nodiscard]] static Result<SocketServer> listen(const std::filesystem::path& parent);
  SocketServer(SocketServer&& other) noexcept;
  SocketServer& operator=(SocketServer&&) = delete;
  ~SocketServer();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// An epoll descriptor that is readable when service() has something to do.
  [[nodiscard]] int descriptor() const { return epoll_; }
  /// Accepts connections, reads what has arrived, and returns its events.
  std::vector<Event> service(const Clock& clock);
  /// Lines that were refused, with the latest reason, for the run's notes.
  [[nodiscard]] int refused() const { return refused_; }
  [[nodiscard]] const std::string& last_refusal() const { return last_refusal_; }

 private:
  struct Client {
    std::string buffer;
    bool skipping = false;  ///< inside a line that is too long
  };
  SocketServer() = default;
  void accept_all();
  bool read_client(int fd, Client& client, const Clock& clock, std::vector<Event>& events);
  void take_lines(Client& client, SteadyTime received, std::vector<Event>& events);
  void refuse(const Error& error);

  std::filesystem::path path_;
  int listener_ = -1;
  int epoll_ = -1;
  std::map<int, Client> clients_;
  int refused_ = 0;
  std::string last_refusal_;
};

}  // namespace joulecast::progress
