#include "store/run_writer.hpp"

#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "base/failure.hpp"
#include "base/memory.hpp"
#include "base/thread.hpp"
#include "store/inbox.hpp"
#include "store/live_run.hpp"
#include "store/liveness.hpp"

namespace joulecast::store {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Deadline = Inbox::Deadline;

// The first commit is delayed by this much, so that a command that ends at once needs one commit and the
// sampler's first messages are written together with the run's beginning.
constexpr Seconds first_commit{0.1};
/// A lost store is noticed within this time, also by a run that has nothing to write.
constexpr Seconds look_interval{1.5};
constexpr std::size_t memory_of_commit = 256 << 10;

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
  Impl(std::unique_ptr<LiveRun> run, WriterOptions options)
      : inbox(options.buffer_bytes), run_(std::move(run)), options_(options) {}
  ~Impl() {
    const auto failure = failure_of(
        [this] { (void)finish({.note = "interrupted: the measurement ended without closing the run"}); });
    if (failure && thread_.joinable()) (void)finish({});  // without memory, without a note
  }

  void begin(const trace::Run& header);
  Status finish(Closing closing);

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  [[nodiscard]] std::optional<Move> moved() const {
    const std::lock_guard lock(mutex_);
    return moved_;
  }
  [[nodiscard]] std::optional<Waiting> waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

  Inbox inbox;

 private:
  void work();
  [[nodiscard]] bool collect();
  Status try_commit(bool closing);
  [[nodiscard]] bool can_wait();
  Status commit_anywhere(bool closing, int tries_left);
  [[nodiscard]] bool move_to_spare(const Error& reason, Leaving why);
  [[nodiscard]] bool in_a_hurry() const { return options_.patience && options_.patience->is_over(); }
  void report(const Status& status, bool over);
  void give_up(const std::string& reason) noexcept;

  std::unique_ptr<LiveRun> run_;
  const WriterOptions options_;
  std::string id_;

  mutable std::mutex mutex_;
  Status status_;
  std::optional<Move> moved_;
  std::optional<Waiting> waiting_;
  std::optional<Closing> closing_;  // given before the inbox is closed

  // Used by the writing thread only.
  Pending work_;
  bool begun_ = false;  // the run's row exists
  bool given_up_ = false;
  bool last_taken_ = false;  // what the inbox keeps back until the end
  Deadline next_commit_;
  Deadline due_;           // of the next commit
  bool appended_ = false;  // readings wait beside the store for it

  Thread thread_;  // last, because the thread uses all other members
};

void RunWriter::Impl::begin(const trace::Run& header) {
  id_ = header.info.id;
  run_->begin(header);
  next_commit_ = after(first_commit);
  auto thread = start_thread([this] {
    if (const auto failure = failure_of([this] { work(); })) give_up(*failure);
  });
  if (!thread) return give_up(to_string(thread.error()));
  thread_ = std::move(*thread);
}

Status RunWriter::Impl::finish(Closing closing) {
  if (!thread_.joinable()) return status();
  {
    const std::lock_guard lock(mutex_);
    closing_ = std::move(closing);
  }
  inbox.close();
  thread_.join();
  run_.reset();
  return status();
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
  const bool closing = inbox.take(work_, {.earliest = next_commit_,
                                          .latest = std::max(next_commit_, after(look_interval)),
                                          .behind = !work_.empty() || (!begun_ && !given_up_)});
  next_commit_ = after(options_.commit_interval);
  if (closing && !std::exchange(last_taken_, true)) inbox.take_last(work_);
  return closing;
}

Status RunWriter::Impl::try_commit(bool closing) {
  try {
    if (auto there = run_->look(); !there) return there;
    if (!closing && begun_ && can_wait()) return {};
    ask_for_memory(memory_of_commit);
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
  inbox.unwritten(work_.bytes);
  auto waiting = run_->waiting();
  const auto lost = inbox.lost_readings();
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(waiting);
    status_ = status;
    if (status && over && lost > 0)
      status_ = fail(ErrorKind::retry, run_->where(), "{} readings of run {} were lost", lost, id_);
  }
  if (status || (may_pass(status.error()) && !over)) return;
  given_up_ = true;
  inbox.give_up(work_);
}

/// What was not written by now is lost.
void RunWriter::Impl::give_up(const std::string& reason) noexcept {
  given_up_ = true;
  (void)failure_of([&] {
    const std::lock_guard lock(mutex_);
    status_ = fail(ErrorKind::gone, run_->where(), "cannot store run {}: {}", id_, reason);
  });
  inbox.give_up(work_);
}

RunWriter::Batch::Batch(RunWriter& writer) : writer_(writer) {
  writer_.impl_->inbox.hold();
}
RunWriter::Batch::~Batch() {
  writer_.impl_->inbox.let_go();
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
  impl_->inbox.channel(channel);
}
void RunWriter::append(std::size_t channel, std::span<const double> times, std::span<const double> values) {
  impl_->inbox.append(channel, times, values);
}
void RunWriter::gap(std::size_t channel, trace::Span span) {
  impl_->inbox.add([&](Pending& pending) { pending.gaps.emplace_back(static_cast<int>(channel), span); });
}
void RunWriter::epoch(std::size_t place, const trace::Epoch& epoch) {
  impl_->inbox.epoch(place, epoch);
}
void RunWriter::metric(const trace::MetricPoint& point) {
  impl_->inbox.metric(point);
}
void RunWriter::phase(std::size_t place, const trace::Phase& phase) {
  impl_->inbox.add([&](Pending& pending) { pending.phases[place] = phase; });
}
void RunWriter::progress(const trace::ProgressPoint& point) {
  impl_->inbox.progress(point);
}
void RunWriter::window(std::size_t place, const trace::Window& window) {
  impl_->inbox.window(place, window);
}
void RunWriter::projection(const trace::Projection& projection) {
  impl_->inbox.add([&](Pending& pending) { pending.projections.push_back(projection); });
}
void RunWriter::note(const std::string& text) {
  impl_->inbox.add([&](Pending& pending) { pending.notes.push_back(text); });
}
void RunWriter::describe(const trace::Run& header) {
  impl_->inbox.add([&](Pending& pending) { pending.header = trace::header_of(header); });
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
  return impl_->inbox.lost_readings() + impl_->inbox.refused_readings();
}

}  // namespace joulecast::store
