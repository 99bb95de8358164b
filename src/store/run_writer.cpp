#include "store/run_writer.hpp"

#include <signal.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <random>
#include <thread>

#include "store/block.hpp"
#include "store/closing.hpp"
#include "store/pending.hpp"
#include "store/records.hpp"
#include "store/run_id.hpp"
#include "store/state.hpp"

namespace joulecast::store {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

// A journal longer than this, in rows or in samples of one channel, is packed.
constexpr std::int64_t journal_rows = 1024;
// A command that ends at once is one commit, and what a sampler says at its start comes with the beginning.
constexpr Seconds first_commit{0.1};
constexpr std::size_t sample_bytes = sizeof(double) + sizeof(std::int64_t);

Deadline after(Seconds duration) {
  return std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                                std::chrono::duration<double>(duration.value()));
}

bool may_pass(const Error& error) {
  return error.kind == ErrorKind::retry;
}

}  // namespace

class RunWriter::Impl {
 public:
  Impl(std::unique_ptr<Store::State> state, trace::Run header, WriterOptions options)
      : state_(std::move(state)), header_(std::move(header)), options_(options), notes_(header_.notes) {
    // Signals are for the thread that runs the training.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { work(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~Impl() { (void)finish({.note = "interrupted: the measurement ended without closing the run"}); }

  [[nodiscard]] const std::string& id() const { return header_.info.id; }

  int add_channel(const trace::Channel& channel) {
    const std::lock_guard lock(mutex_);
    pending_.channels.emplace_back(last_times_.size(), channel);
    last_times_.push_back(std::numeric_limits<std::int64_t>::min());
    wake();
    return static_cast<int>(last_times_.size()) - 1;
  }

  void append(int channel, std::span<const double> times, std::span<const double> values) {
    const std::lock_guard lock(mutex_);
    if (channel < 0 || static_cast<std::size_t>(channel) >= last_times_.size() ||
        times.size() != values.size() || given_up_ ||
        pending_.bytes + unwritten_bytes_ + times.size() * sample_bytes > options_.buffer_bytes) {
      dropped_ += times.size();
      return;
    }
    auto& last = last_times_[static_cast<std::size_t>(channel)];
    auto& column = pending_.columns[channel];
    column.channel = channel;
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
      pending_.columns.erase(channel);
    else
      pending_.saw(Seconds{to_seconds(last)});
    wake();
  }

  /// Anything else that is small: `change` works on what waits.
  template <class Change>
  void add(Change change) {
    const std::lock_guard lock(mutex_);
    if (given_up_) return;
    change(pending_);
    wake();
  }

  void hold() {
    const std::lock_guard lock(mutex_);
    ++holds_;
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    --holds_;
    wake();
  }

  [[nodiscard]] Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  [[nodiscard]] std::uint64_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_ + refused_;
  }

  Status finish(Closing closing) {
    if (!thread_.joinable()) return status();
    {
      const std::lock_guard lock(mutex_);
      closing_ = std::move(closing);
      changed_.notify_one();
    }
    thread_.join();
    state_.reset();  // the last connection to close also folds the log into the file
    return status();
  }

 private:
  void work() {
    constexpr int tries_to_close = 2;
    for (int tries = 0; tries < tries_to_close;) {
      const bool closing = collect();
      if (closing) {
        if (tries++ > 0) std::this_thread::sleep_until(next_commit_);
        state_->database.set_busy_timeout(options_.finish_timeout * (1.0 / tries_to_close));
      }
      if (given_up_ && closing) return;
      if (given_up_) continue;
      const auto status = try_write(closing);
      const bool over = closing && (status || tries == tries_to_close);
      report(status, over);
      if (over) return;
    }
  }

  /// Only a thread that waits for something to write: one that waits for its next commit wakes by itself.
  void wake() {
    if (idle_ && holds_ == 0 && !pending_.empty()) changed_.notify_one();
  }

  /// Waits until the last commit is an interval ago and there is something to write; then takes it. True at
  /// the end.
  bool collect() {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, next_commit_, [this] { return closing_.has_value(); });
    idle_ = true;
    changed_.wait_until(lock, after(heartbeat_interval), [this] {
      const bool something = !pending_.empty() || !work_.empty() || (!begun_ && !given_up_);
      return closing_.has_value() || (something && holds_ == 0);
    });
    idle_ = false;
    work_.take(std::move(pending_));
    unwritten_bytes_ = work_.bytes;
    next_commit_ = after(options_.commit_interval);
    if (closing_ && !losses_noted_) note_losses();
    return closing_.has_value();
  }

  void note_losses() {
    losses_noted_ = true;
    if (refused_ > 0)
      work_.notes.push_back(
          fmt::format("{} readings that were no numbers or did not rise in time were left out", refused_));
    if (dropped_ > 0)
      work_.notes.push_back(
          fmt::format("{} readings were lost while the store could not be written", dropped_));
  }

  Status try_write(bool closing) {
    try {
      return write(closing);
    } catch (const std::exception& error) {  // out of memory: the training goes on
      return fail(ErrorKind::gone, state_->path.string(), "cannot store run {}: {}", id(), error.what());
    }
  }

  Status write(bool closing) {
    auto& database = state_->database;
    for (const auto& [number, channel] : work_.channels)
      if (number == channels_.size()) channels_.push_back(channel);
    notes_.insert(notes_.end(), std::make_move_iterator(work_.notes.begin()),
                  std::make_move_iterator(work_.notes.end()));
    const bool new_notes = !work_.notes.empty() || notes_unwritten_;
    work_.notes.clear();
    notes_unwritten_ = new_notes;

    Transaction transaction(database);
    if (!begun_ && transaction.ok()) {
      insert_run(transaction, header_, current_owner(state_->options.roots), state_->options.clock->wall());
      key_ = database.last_row_key();
      for (const auto& [name, value] : header_.tags) put_tag(transaction, key_, name, value);
    }
    say_alive(transaction);
    work_.write(transaction, key_, journal_, channels_);
    if (new_notes) put_notes(transaction, key_, notes_);
    if (closing) close_run(transaction, key_, *closing_);
    if (auto status = transaction.commit(); !status) return status;

    begun_ = true;
    notes_unwritten_ = false;
    if (!work_.columns.empty()) ++journal_;
    samples_ += work_.samples();
    work_ = {};
    if (!closing) pack();
    return {};
  }

  /// A run that another command took for dead (it was suspended, or that command saw other processes) is
  /// running again.
  void say_alive(Transaction& transaction) {
    const auto now = state_->options.clock->wall();
    const auto found = [&] { return !transaction.ok() || transaction.database().changes() > 0; };
    transaction.run(
        "UPDATE run SET heartbeat_ns = ?, end_s = max(end_s, coalesce(?, end_s)) WHERE key = ? AND status = "
        "'running'",
        now, work_.latest, key_);
    if (found()) return;  // the usual case leaves the status alone: setting it would write its index anew
    transaction.run(
        "UPDATE run SET status = 'running', total_known = 0, heartbeat_ns = ?, end_s = max(end_s, "
        "coalesce(?, end_s)) WHERE key = ?",
        now, work_.latest, key_);
    if (found()) return;
    transaction.require(
        fail(ErrorKind::gone, state_->path.string(), "run {} was removed while it ran", id()));
  }

  void pack() {
    if (journal_ - packed_ < journal_rows && samples_ < chunk_length) return;
    Transaction transaction(state_->database);
    pack_journal(transaction, key_, channels_);
    if (!transaction.commit()) return;  // a longer journal does no harm; the next commit tries again
    packed_ = journal_;
    samples_ = 0;
  }

  void report(const Status& status, bool over) {
    const std::lock_guard lock(mutex_);
    unwritten_bytes_ = work_.bytes;
    status_ = status;
    if (status && over && dropped_ > 0)
      status_ =
          fail(ErrorKind::retry, state_->path.string(), "{} readings of run {} were lost", dropped_, id());
    if (status || (may_pass(status.error()) && !over)) return;
    given_up_ = true;
    for (const auto* lost : {&work_, &pending_})
      for (const auto& [number, column] : lost->columns) dropped_ += column.times.size();
    work_ = {};
    pending_ = {};
    unwritten_bytes_ = 0;
  }

  std::unique_ptr<Store::State> state_;
  const trace::Run header_;
  const WriterOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Pending pending_;
  std::vector<std::int64_t> last_times_;  // of each channel, in microseconds
  std::size_t unwritten_bytes_ = 0;       // in work_
  std::uint64_t dropped_ = 0;             // lost: the store could not be written
  std::uint64_t refused_ = 0;             // not rising in time, or not a number
  Status status_;
  bool given_up_ = false;
  int holds_ = 0;      // batches being given
  bool idle_ = false;  // the thread waits for something to write
  std::optional<Closing> closing_;

  // Of the writing thread alone.
  Pending work_;
  std::vector<trace::Channel> channels_;
  std::vector<std::string> notes_;
  bool notes_unwritten_ = false;
  bool losses_noted_ = false;
  bool begun_ = false;
  std::int64_t key_ = 0;
  std::int64_t journal_ = 0;  // number of the next journal row
  std::int64_t packed_ = 0;   // journal rows below this are in chunks
  std::size_t samples_ = 0;   // of the channel with the most, since the last packing
  Deadline next_commit_ = after(first_commit);

  std::thread thread_;  // last: it uses all of the above
};

Result<RunWriter> RunWriter::begin(Store store, const trace::Run& header, WriterOptions options) {
  auto run = header;
  run.status = trace::RunStatus::running;
  run.traces.clear();
  if (!run.started) run.started = store.state_->options.clock->wall();
  run.info.id = make_run_id(*run.started, std::random_device{}());
  return RunWriter(std::make_unique<Impl>(std::move(store.state_), std::move(run), options));
}

RunWriter::Batch::Batch(RunWriter& writer) : writer_(writer) {
  writer_.impl_->hold();
}
RunWriter::Batch::~Batch() {
  writer_.impl_->let_go();
}

RunWriter::RunWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunWriter::RunWriter(RunWriter&&) noexcept = default;
RunWriter& RunWriter::operator=(RunWriter&&) noexcept = default;
RunWriter::~RunWriter() = default;

const std::string& RunWriter::id() const {
  return impl_->id();
}
int RunWriter::add_channel(const trace::Channel& channel) {
  return impl_->add_channel(channel);
}
void RunWriter::append(int channel, std::span<const double> times, std::span<const double> values) {
  impl_->append(channel, times, values);
}
void RunWriter::gap(int channel, trace::Span span) {
  impl_->add([&](Pending& pending) { pending.gaps.emplace_back(channel, span); });
}
void RunWriter::epoch(std::size_t place, const trace::Epoch& epoch) {
  impl_->add([&](Pending& pending) {
    pending.epochs[place] = epoch;
    pending.saw(epoch.span.end);
  });
}
void RunWriter::metric(const trace::MetricPoint& point) {
  impl_->add([&](Pending& pending) {
    pending.metrics.push_back(point);
    pending.saw(point.time);
  });
}
void RunWriter::projection(const trace::Projection& projection) {
  impl_->add([&](Pending& pending) { pending.projections.push_back(projection); });
}
void RunWriter::sensors(const std::vector<trace::SensorStatus>& statuses) {
  impl_->add([&](Pending& pending) {
    for (const auto& status : statuses) pending.sensors[status.sensor] = status;
  });
}
void RunWriter::note(const std::string& text) {
  impl_->add([&](Pending& pending) { pending.notes.push_back(text); });
}
void RunWriter::sampler_cpu(Seconds cpu) {
  impl_->add([&](Pending& pending) { pending.sampler_cpu = cpu; });
}
void RunWriter::idle_baseline(Watts power) {
  impl_->add([&](Pending& pending) { pending.idle_baseline = power; });
}
void RunWriter::describe(const trace::RunInfo& info, const trace::HostInfo& host) {
  impl_->add([&](Pending& pending) { pending.description = {info, host}; });
}
Status RunWriter::status() const {
  return impl_->status();
}
std::uint64_t RunWriter::dropped() const {
  return impl_->dropped();
}
Status RunWriter::finish(trace::RunStatus status, std::optional<int> exit_status, Seconds end) {
  return impl_->finish({.status = status, .exit_status = exit_status, .end = end});
}

}  // namespace joulecast::store
