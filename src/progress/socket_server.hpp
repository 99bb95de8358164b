// The listening end of the protocol: a Unix socket in a private folder. It never blocks, and a misbehaving
// client does no harm.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "progress/event.hpp"
#include "progress/rank_message.hpp"
#include "progress/rank_voices.hpp"
#include "progress/socket_file.hpp"

namespace joulecast::progress {

/// Another rank of this node, which attached to the measurement of this one (docs/ranks.md).
struct AttachedRank {
  RankGreeting greeting;
  std::optional<int> epoch = {};  ///< that it is in, or was in last
  bool is_there = true;
  /// It said that its command has ended, or that it goes on in another measurement: it was not killed.
  bool has_left = false;
  std::optional<int> exit_status = {};
};

class SocketServer {
 public:
  /// Creates a private folder (mode 0700) below `parent` and listens there. unavailable if that fails.
  [[nodiscard]] static Result<SocketServer> listen(const std::filesystem::path& parent);
  SocketServer(SocketServer&&) noexcept = default;
  SocketServer& operator=(SocketServer&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return file_.path(); }
  /// An epoll descriptor that is readable when service() has something to do.
  [[nodiscard]] int descriptor() const { return epoll_.get(); }
  /// Accepts connections, reads what has arrived and returns its events. Call it now and then even if the
  /// descriptor is not readable: if a connection could not be accepted for lack of descriptors, only this
  /// call tries again.
  std::vector<Event> service(const Clock& clock);
  /// Tells clients the run's id and store, in the file "<socket>.run" (docs/protocol.md).
  void announce_run(const std::string& id, const std::filesystem::path& store) const;
  /// The process that measures tells the progress itself: from now on no client's progress counts.
  void leave_progress_to_host() { host_tells_ = true; }
  /// What of this process's own events counts, where other ranks tell of the same.
  [[nodiscard]] std::vector<Event> own_that_count(std::vector<Event> events);
  /// Every rank that has attached, in the order in which they came.
  [[nodiscard]] const std::vector<AttachedRank>& ranks() const { return ranks_; }
  /// When a rank took the measurement over.
  [[nodiscard]] std::optional<SteadyTime> taken_over() const { return taken_over_; }
  /// To every rank that is there.
  void tell_ranks(const RankOrder& order);
  /// To the one at this place of ranks(), if it is there.
  void tell_rank(std::size_t place, const RankOrder& order);
  /// Messages about progress that were left out, because another process tells the run's.
  [[nodiscard]] int left_out() const { return left_out_; }
  /// Messages that senders could not send, because they came faster than they were read.
  [[nodiscard]] std::int64_t lost() const { return lost_; }
  /// Lines that were refused, with the latest reason, for the run's notes.
  [[nodiscard]] int refused() const { return refused_; }
  [[nodiscard]] const std::string& last_refusal() const { return last_refusal_; }

 private:
  struct Client {
    Descriptor connection;
    std::string buffer;
    bool skipping = false;                 ///< inside a line that is too long
    bool left_out = false;                 ///< another one told the progress first
    std::optional<std::size_t> rank = {};  ///< its place in ranks_, if it is one
  };
  SocketServer() = default;
  /// 0, or the errno of what failed.
  [[nodiscard]] int bind_and_listen();
  void accept_all();
  bool read_client(Client& client, const Clock& clock, std::vector<Event>& events);
  void take_lines(Client& client, SteadyTime received, std::vector<Event>& events);
  bool may_tell(Client& client, const std::vector<Event>& told);
  void refuse(const Error& error);
  /// Whether the line is a rank's.
  bool take_rank_line(Client& client, std::string_view line, std::vector<Event>& events);
  void let_go(int number);
  static void name_epoch(Event& event, std::optional<int>& epoch);

  SocketFile file_;
  Descriptor listener_;
  Descriptor epoll_;
  std::map<int, Client> clients_;  ///< by descriptor
  bool resting_ = false;           ///< no new connections are accepted for now
  bool host_tells_ = false;
  std::optional<int> teller_;  ///< the client that tells the progress
  int left_out_ = 0;
  std::int64_t lost_ = 0;
  int refused_ = 0;
  std::string last_refusal_;
  std::vector<AttachedRank> ranks_;
  RankVoices voices_;
  std::optional<int> own_epoch_;  ///< as AttachedRank's
  std::optional<SteadyTime> taken_over_;
};

}  // namespace joulecast::progress
