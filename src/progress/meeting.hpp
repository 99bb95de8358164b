// Where the ranks of one launch on one node agree on the one that measures it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "progress/socket_server.hpp"
#include "trace/job.hpp"

namespace joulecast::progress {

/// A lock in the folder of this user's sockets (SocketFile). The kernel takes it from a process that dies, so
/// a rank that is killed leaves its place to another one. Whoever holds it writes where it listens.
///
/// It is a lock of the process (fcntl) and not of an open file (flock): a training forks, and a child that
/// had inherited the file would keep the lock of its dead parent.
class Meeting {
 public:
  /// `parent` is the folder of temporary files; `within` tells apart meetings of one launch. denied,
  /// unavailable.
  [[nodiscard]] static Result<Meeting> of(const trace::Job& job, const std::filesystem::path& parent,
                                          std::string_view within = {});
  Meeting(Meeting&&) noexcept = default;
  Meeting& operator=(Meeting&&) = delete;
  /// Gives the lock back, and removes the file.
  ~Meeting();

  /// Takes the lock and writes `socket`, unless another process holds the lock.
  [[nodiscard]] bool take(const std::filesystem::path& socket);
  /// Another rank may take it.
  void give_back();
  [[nodiscard]] bool is_ours() const { return lock_.has_value(); }
  /// Where the holder listens; nothing while nobody holds the lock. Waits some milliseconds for a holder that
  /// is just about to write it.
  [[nodiscard]] std::optional<std::filesystem::path> look() const;

 private:
  explicit Meeting(std::filesystem::path file) : file_(std::move(file)) {}
  [[nodiscard]] bool is_of_this_process() const;
  std::filesystem::path file_;
  std::optional<Descriptor> lock_;
  int process_ = 0;  ///< that took it: a forked child has a copy of this object, but not the lock
};

/// Listens below `folder`, the one of temporary files. Where that cannot be used, a process whose node other
/// ranks may share listens below /tmp: they have to meet somewhere. The error is that of `folder`.
[[nodiscard]] Result<SocketServer> listen_for(const trace::Job& job,
                                              const Result<std::filesystem::path>& folder);

}  // namespace joulecast::progress
