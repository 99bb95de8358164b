#include "store/run_writer.hpp"

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "base/failure.hpp"
#include "base/thread.hpp"
#include "store/block.hpp"
#include "store/live_run.hpp"
#include "store/liveness.hpp"
#include "store/metric_log.hpp"

namespace joulecast::store {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Deadline = SteadyClock::time_point;

// The first commit is delayed by this much, so that a command that ends at once needs one commit and the
// sampler's first messages are written together with the run's beginning.
constexpr Seconds first_commit{0.1};
/// A lost store is noticed within this time, also by a run that has nothing to write.
constexpr Seconds look_interval{1.5};
/// A training that reports a window for every step must not fill the store.
constexpr std::size_t most_windows = 20'000;
constexpr std::size_t sample_bytes = sizeof(double) + sizeof(std::int64_t);

Deadline after(Seconds duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                std::chrono::duration<double>(duration.value()));
}

bool may_pass(const Error& error) {
  return error.kind == ErrorKind::retry;
}

/// The file cannot be used any more. A run that somebody removed from it (gone) is not written elsewhere.
bool is_lost(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::denied ||
         error.kind == ErrorKind::malformed;
}

}  // namespace

class RunWriter::Impl {
 public:
  Impl(std::unique_ptr<LiveRun> run, WriterOptions options) : run_(std::move(run)), options_(options) {}
  ~Impl() {
    const auto failure = failure_of(
        [this] { (void)finish({.note = "interrupted: the measurement ended without closing the run"}); });
    if (failure && thread_.joinable()) (void)finish({});  // without memory, without a note
  }

  void begin(const trace::Run& header) {
    id_ = header.info.id;
    run_->begin(header);
    next_commit_ = after(first_commit);
    auto thread = start_thread([this] {
      if (const auto failure = failure_of([this] { work(); })) give_up(*failure);
    });
    if (!thread) return give_up(to_string(thread.error()));
    thread_ = std::move(*thread);
  }

  [[nodiscard]] const std::string& id() const { return id_; }

  void channel(const trace::Channel& channel) {
    const std::lock_guard lock(mutex_);
    pending_.channels.emplace_back(last_times_.size(), channel);
    last_times_.push_back(std::numeric_limits<std::int64_t>::min());
    wake();
  }

  void append(std::size_t channel, std::span<const double> times, std::span<const double> values);

  /// Any other small change: `change` modifies the pending data.
  template <class Change>
  void add(Change change) {
    const std::lock_guard lock(mutex_);
    if (given_up_) return;
    change(pending_);
    wake();
  }

  void progress(const trace::ProgressPoint& point) {
    const std::lock_guard lock(mutex_);
    if (given_up_) return;
    progress_.add(point);
    pending_.saw(point.time);
    wake();
  }

  void epoch(std::size_t place, const trace::Epoch& epoch) {
    add([&](Pending& pending) {
      pending.epochs[place] = epoch;
      pending.saw(epoch.span.end);
      progress_.epoch_ended(epoch.span.end);
    });
  }

  void window(std::size_t place, const trace::Window& window) {
    add([&](Pending& pending) {
      pending.saw(window.span.end);
      if (place < most_windows)
        pending.windows[place] = window;
      else
        ++left_out_windows_;
    });
  }

  void metric(const trace::MetricPoint& point) {
    add([&](Pending& pending) {
      pending.saw(point.time);
      if (!metrics_.take(point)) return;
      const auto bytes = sizeof point + point.name.size();
      if (pending.bytes + unwritten_bytes_ + bytes > options_.buffer_bytes) {
        ++lost_metrics_;
        return;
      }
      pending.bytes += bytes;
      pending.metrics.push_back(point);
    });
  }

  void hold() {
    const std::lock_guard lock(mutex_);
    ++holds_;
  }
  void let_go() {
    std::unique_lock lock(mutex_);
    --holds_;
    const bool wanted = wanted_now();
    lock.unlock();  // else the woken thread would wait at once
    if (wanted) changed_.notify_one();
  }

  [[nodiscard]] Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  [[nodiscard]] std::uint64_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_ + refused_;
  }
  [[nodiscard]] std::optional<Move> moved() const {
    const std::lock_guard lock(mutex_);
    return moved_;
  }
  [[nodiscard]] std::optional<Waiting> waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

  Status finish(Closing closing) {
    if (!thread_.joinable()) return status();
    {
      const std::lock_guard lock(mutex_);
      closing_ = std::move(closing);
      changed_.notify_one();
    }
    thread_.join();
    run_.reset();
    return status();
  }

 private:
  void work();
  [[nodiscard]] bool collect();
  void note_losses();
  Status try_commit(bool closing);
  [[nodiscard]] bool can_wait();
  Status commit_anywhere(bool closing, int tries_left);
  [[nodiscard]] bool move_to_spare(const Error& reason, Leaving why);
  [[nodiscard]] bool in_a_hurry() const { return options_.patience && options_.patience->is_over(); }
  void report(const Status& status, bool over);
  void give_up(const std::string& reason) noexcept;

  /// The thread waits for data. If it waits for its next commit, it wakes by itself.
  [[nodiscard]] bool wanted_now() const { return idle_ && holds_ == 0 && something_waits(); }
  void wake() {
    if (wanted_now()) changed_.notify_one();
  }

  [[nodiscard]] bool something_waits() const { return !pending_.empty() || progress_.changed(); }

  std::unique_ptr<LiveRun> run_;
  const WriterOptions options_;
  std::string id_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Pending pending_;
  ProgressLog progress_;  // its changes become pending with the next commit
  MetricLog metrics_;
  std::size_t left_out_windows_ = 0;
  std::uint64_t lost_metrics_ = 0;        // because the store could not be written
  std::vector<std::int64_t> last_times_;  // of each channel, in microseconds
  std::size_t unwritten_bytes_ = 0;       // in work_
  std::uint64_t dropped_ = 0;             // readings lost because the store could not be written
  std::uint64_t refused_ = 0;             // readings whose time did not rise, or that were not numbers
  Status status_;
  std::optional<Move> moved_;
  std::optional<Waiting> waiting_;
  bool given_up_ = false;
  int holds_ = 0;      // batches that are being filled
  bool idle_ = false;  // the thread waits for something to write
  std::optional<Closing> closing_;

  // Used by the writing thread only.
  Pending work_;
  bool begun_ = false;  // the run's row exists
  bool losses_noted_ = false;
  Deadline next_commit_;
  Deadline due_;           // of the next commit
  bool appended_ = false;  // readings wait beside the store for it

  Thread thread_;  // last, because the thread uses all other members
};

void RunWriter::Impl::append(std::size_t channel, std::span<const double> times,
                             std::span<const double> values) {
  const std::lock_guard lock(mutex_);
  if (channel >= last_times_.size() || times.size() != values.size() || given_up_ ||
      pending_.bytes + unwritten_bytes_ + times.size() * sample_bytes > options_.buffer_bytes) {
    dropped_ += times.size();
    return;
  }
  auto& last = last_times_[channel];
  const auto number = static_cast<int>(channel);
  auto& column = pending_.columns[number];
  column.channel = number;
  column.make_room(times.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    const auto time = std::isfinite(times[i]) ? to_microseconds(times[i]) : last;
    if (time <= last || !std::isfinite(values[i])) {
      ++refused_;
      continue;
    }
    last = time;
    column.times.push_back(time);
    column.values.push_back(values[i]);
    pending_.bytes += sample_bytes;
  }
  if (column.times.empty())
    pending_.columns.erase(number);
  else
    pending_.saw(Seconds{to_seconds(last)});
  wake();
}

void RunWriter::Impl::work() {
  constexpr int tries_to_close = 2;
  for (int tries = tries_to_close; tries > 0;) {
    const bool closing = collect();
    if (closing) {
      if (tries-- < tries_to_close) std::this_thread::sleep_until(next_commit_);
      run_->set_patience(options_.finish_timeout * (1.0 / tries_to_close));
    }
    if (given_up_ && closing) return;
    if (given_up_) continue;
    const auto status = commit_anywhere(closing, tries);
    if (closing && in_a_hurry()) tries = 0;
    const bool over = closing && (status || tries == 0);
    report(status, over);
    if (over) return;
  }
}

/// Waits until the commit interval has passed and there is something to write, then takes it. Returns true at
/// the end.
bool RunWriter::Impl::collect() {
  std::unique_lock lock(mutex_);
  const auto something_to_do = [this] {
    const bool something = something_waits() || !work_.empty() || (!begun_ && !given_up_);
    return closing_.has_value() || (something && holds_ == 0);
  };
  idle_ = true;
  changed_.wait_until(lock, std::max(next_commit_, after(look_interval)), something_to_do);
  idle_ = false;
  if (!closing_ && SteadyClock::now() < next_commit_)
    changed_.wait_until(lock, next_commit_, [this] { return closing_.has_value(); });
  progress_.take_changes(pending_.progress);
  work_.take(std::move(pending_));
  unwritten_bytes_ = work_.bytes;
  next_commit_ = after(options_.commit_interval);
  if (closing_ && !losses_noted_) note_losses();
  return closing_.has_value();
}

void RunWriter::Impl::note_losses() {
  losses_noted_ = true;
  for (auto& point : metrics_.take_last()) work_.metrics.push_back(std::move(point));
  for (auto& line : metrics_.notes()) work_.notes.push_back(std::move(line));
  if (refused_ > 0)
    work_.notes.push_back(
        fmt::format("{} readings that were no numbers or did not rise in time were left out", refused_));
  if (dropped_ > 0)
    work_.notes.push_back(
        fmt::format("{} readings were lost while the store could not be written", dropped_));
  if (lost_metrics_ > 0)
    work_.notes.push_back(
        fmt::format("{} metrics were lost while the store could not be written", lost_metrics_));
  if (left_out_windows_ > 0)
    work_.notes.push_back(
        fmt::format("{} windows after the first {} were left out", left_out_windows_, most_windows));
}

Status RunWriter::Impl::try_commit(bool closing) {
  try {
    if (auto there = run_->look(); !there) return there;
    if (!closing && begun_ && can_wait()) return {};
    auto status = run_->commit(work_, closing ? closing_ : std::nullopt);
    if (!status) {
      const auto there = run_->look();  // it may have been lost since
      return there ? status : there;
    }
    begun_ = true;
    work_ = {};
    due_ = after(heartbeat_interval);
    appended_ = false;
    return {};
  } catch (const std::exception& error) {  // such as out of memory: the training must go on
    return fail(ErrorKind::gone, run_->where(), "cannot store run {}: {}", id_, error.what());
  }
}

/// Whether nothing has to be committed yet. Readings that have come alone are kept without a commit.
bool RunWriter::Impl::can_wait() {
  const auto now = SteadyClock::now();
  if (now >= due_) return false;
  if (work_.empty()) return true;
  if (!work_.only_readings() || !run_->append(work_)) return false;
  work_ = {};
  if (!std::exchange(appended_, true)) due_ = std::min(due_, after(options_.longest_without_commit));
  return true;
}

/// A store that is lost is left at once; one that takes nothing at present, when there is no more time.
Status RunWriter::Impl::commit_anywhere(bool closing, int tries_left) {
  auto status = try_commit(closing);
  if (status || !options_.spare || moved_) return status;
  const bool lost = is_lost(status.error());
  const bool out_of_time = closing && may_pass(status.error()) && (tries_left == 0 || in_a_hurry());
  if (!lost && !out_of_time) return status;
  const bool moved = move_to_spare(status.error(), lost ? Leaving::lost : Leaving::locked);
  return moved ? try_commit(closing) : status;
}

bool RunWriter::Impl::move_to_spare(const Error& reason, Leaving why) {
  try {
    const auto spare = options_.spare();
    if (!spare) return false;
    const auto whole = run_->move_to(*spare, why);
    if (!whole) return false;
    work_.notes.push_back(to_string(reason) + ": the run went on in a spare store" +
                          (*whole ? "" : ", without what it had stored before"));
    const std::lock_guard lock(mutex_);
    moved_ = Move{*spare, to_string(reason)};
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void RunWriter::Impl::report(const Status& status, bool over) {
  auto waiting = run_->waiting();
  const std::lock_guard lock(mutex_);
  waiting_ = std::move(waiting);
  unwritten_bytes_ = work_.bytes;
  status_ = status;
  if (status && over && dropped_ > 0)
    status_ = fail(ErrorKind::retry, run_->where(), "{} readings of run {} were lost", dropped_, id_);
  if (status || (may_pass(status.error()) && !over)) return;
  given_up_ = true;
  for (const auto* lost : {&work_, &pending_})
    for (const auto& [number, column] : lost->columns) dropped_ += column.times.size();
  work_ = {};
  pending_ = {};
  unwritten_bytes_ = 0;
}

/// What was not written by now is lost.
void RunWriter::Impl::give_up(const std::string& reason) noexcept {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  (void)failure_of(
      [&] { status_ = fail(ErrorKind::gone, run_->where(), "cannot store run {}: {}", id_, reason); });
  pending_ = {};
}

RunWriter::Batch::Batch(RunWriter& writer) : writer_(writer) {
  writer_.impl_->hold();
}
RunWriter::Batch::~Batch() {
  writer_.impl_->let_go();
}

RunWriter::RunWriter(std::unique_ptr<LiveRun> run, WriterOptions options)
    : impl_(std::make_unique<Impl>(std::move(run), options)) {}
RunWriter::~RunWriter() = default;

const std::string& RunWriter::id() const {
  return impl_->id();
}
void RunWriter::begin(const trace::Run& header) {
  impl_->begin(header);
}
void RunWriter::channel(const trace::Channel& channel) {
  impl_->channel(channel);
}
void RunWriter::append(std::size_t channel, std::span<const double> times, std::span<const double> values) {
  impl_->append(channel, times, values);
}
void RunWriter::gap(std::size_t channel, trace::Span span) {
  impl_->add([&](Pending& pending) { pending.gaps.emplace_back(static_cast<int>(channel), span); });
}
void RunWriter::epoch(std::size_t place, const trace::Epoch& epoch) {
  impl_->epoch(place, epoch);
}
void RunWriter::metric(const trace::MetricPoint& point) {
  impl_->metric(point);
}
void RunWriter::phase(std::size_t place, const trace::Phase& phase) {
  impl_->add([&](Pending& pending) { pending.phases[place] = phase; });
}
void RunWriter::progress(const trace::ProgressPoint& point) {
  impl_->progress(point);
}
void RunWriter::window(std::size_t place, const trace::Window& window) {
  impl_->window(place, window);
}
void RunWriter::projection(const trace::Projection& projection) {
  impl_->add([&](Pending& pending) { pending.projections.push_back(projection); });
}
void RunWriter::note(const std::string& text) {
  impl_->add([&](Pending& pending) { pending.notes.push_back(text); });
}
void RunWriter::describe(const trace::Run& header) {
  impl_->add([&](Pending& pending) { pending.header = trace::header_of(header); });
}
Status RunWriter::end(const trace::Run& header) {
  describe(header);
  return impl_->finish(
      {.status = closed(header.status), .exit_status = header.exit_status, .end = header.span.end});
}
Status RunWriter::status() const {
  return impl_->status();
}
std::optional<Move> RunWriter::moved() const {
  return impl_->moved();
}
std::optional<Waiting> RunWriter::waiting() const {
  return impl_->waiting();
}
std::uint64_t RunWriter::dropped() const {
  return impl_->dropped();
}

}  // namespace joulecast::store
