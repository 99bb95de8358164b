// One rank's part in the measurement of its node (node_measurement.hpp), and the thread of an attached one.
// Internal to the module.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/thread.hpp"
#include "base/wake_up.hpp"
#include "measure/node_measurement.hpp"
#include "progress/meeting.hpp"
#include "progress/rank_link.hpp"

namespace joulecast::measure {

/// The run that is measured behind a socket.
struct FoundRun {
  std::string id;
  std::string store;
};

/// Either measures, or is attached and has a thread that hears the training for the rank that measures.
class Rank {
 public:
  Rank(NodeOptions options, sensors::Environment environment, std::optional<progress::SocketServer> socket,
       NodeObserver* observer)
      : options_(std::move(options)),
        environment_(std::move(environment)),
        socket_(std::move(socket)),
        observer_(observer != nullptr ? observer : &nobody_),
        job_(trace::job_of(environment_.variable)) {}
  ~Rank() { leave_thread(); }

  [[nodiscard]] Status prepare();
  /// nullptr while another rank measures.
  [[nodiscard]] std::shared_ptr<Measurement> own() const {
    const std::lock_guard lock(mutex_);
    return own_;
  }
  [[nodiscard]] bool is_attached() const { return attached_; }
  /// A fork copies all but the thread and the lock.
  [[nodiscard]] bool is_ours() const { return ::getpid() == process_; }
  void hear(std::vector<progress::Event> events);
  [[nodiscard]] std::string run_id() const {
    const std::lock_guard lock(mutex_);
    return run_.id;
  }
  /// This rank's command has ended: it takes no measurement over any more.
  void work_has_ended() { work_is_over_ = true; }
  [[nodiscard]] Result<MeasurementResult> finish(Ending ending);

 private:
  [[nodiscard]] Status measure();
  [[nodiscard]] Status measure_alone(const std::string& reason);
  [[nodiscard]] std::filesystem::path meeting_folder() const;
  [[nodiscard]] bool agree();
  [[nodiscard]] bool attach_to(const std::filesystem::path& socket);
  [[nodiscard]] Status start_thread();
  void leave_thread();
  void work();
  void take_order(const progress::RankOrder& order);
  void look_for_run();
  void pass_on();
  void take_over();
  void leave_untouched();
  [[nodiscard]] Result<MeasurementResult> finish_own(Measurement& own, Ending ending);
  void tell_hidden_boards(Measurement& own);
  void await_end_of_measurement();
  [[nodiscard]] MeasurementResult part(const Ending& ending);

  NodeOptions options_;
  const sensors::Environment environment_;
  std::optional<progress::SocketServer> socket_;  ///< until this rank measures
  NodeObserver nobody_;
  NodeObserver* observer_;
  trace::Job job_;
  std::optional<progress::Meeting> meeting_;

  const pid_t process_ = ::getpid();
  bool attached_ = false;  ///< began as an attached rank
  std::optional<WakeUp> wake_up_;
  Thread thread_;
  std::atomic<bool> leaving_ = false;
  std::atomic<bool> work_is_over_ = false;
  mutable std::mutex mutex_;
  std::shared_ptr<Measurement> own_;
  std::vector<progress::Event> heard_;
  FoundRun run_;  ///< of the rank that measures
  // The thread's own.
  std::optional<progress::RankLink> link_;
  std::vector<progress::Event> untold_;
  std::filesystem::path their_socket_;
  std::vector<progress::KnownLimits> known_limits_;  ///< of all ranks
  bool their_rank_was_lost_ = false;                 ///< that measured, and was killed
  bool limits_are_over_ = false;                     ///< one of them has asked the commands to end
  bool run_told_ = false;
};

}  // namespace joulecast::measure
