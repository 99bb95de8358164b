// The listening end of the protocol: a Unix socket in a private folder. Never blocks, and a bad client does
// no harm.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "progress/event.hpp"

namespace joulecast::progress {

class SocketServer {
 public:
  /// Makes a folder of its own (mode 0700) below `parent` and listens there. unavailable where it cannot.
  [[nodiscard]] static Result<SocketServer> listen(const std::filesystem::path& parent);
  SocketServer(SocketServer&&) noexcept = default;
  SocketServer& operator=(SocketServer&&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return folder_.socket(); }
  /// An epoll descriptor that is readable when service() has something to do.
  [[nodiscard]] int descriptor() const { return epoll_.get(); }
  /// Accepts, reads what is there, and returns what it told. Call it now and then even if the descriptor is
  /// not readable: a connection that could not be accepted for lack of descriptors is looked for only here.
  std::vector<Event> service(const Clock& clock);
  /// Lines that were refused, with the latest reason, for the run's notes.
  [[nodiscard]] int refused() const { return refused_; }
  [[nodiscard]] const std::string& last_refusal() const { return last_refusal_; }

 private:
  struct Client {
    Descriptor connection;
    std::string buffer;
    bool skipping = false;  ///< inside a line that is too long
  };
  /// The socket's folder, which goes with its owner.
  class Folder {
   public:
    Folder() = default;
    explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}
    Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    Folder& operator=(Folder&&) = delete;
    ~Folder();
    [[nodiscard]] std::filesystem::path socket() const { return path_ / "socket"; }

   private:
    std::filesystem::path path_;
  };
  explicit SocketServer(Folder folder) : folder_(std::move(folder)) {}
  void accept_all();
  bool read_client(Client& client, const Clock& clock, std::vector<Event>& events);
  void take_lines(Client& client, SteadyTime received, std::vector<Event>& events);
  void refuse(const Error& error);

  Folder folder_;
  Descriptor listener_;
  Descriptor epoll_;
  std::map<int, Client> clients_;  ///< by descriptor
  bool resting_ = false;           ///< no new connection is looked for
  int refused_ = 0;
  std::string last_refusal_;
};

}  // namespace joulecast::progress
