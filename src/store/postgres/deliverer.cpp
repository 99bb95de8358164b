#include "store/postgres/deliverer.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

#include "base/failure.hpp"
#include "base/thread.hpp"
#include "store/postgres/delivery.hpp"
#include "store/postgres/migrations.hpp"

namespace joulecast::store::postgres {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t bytes_at_once = 1 << 20;
// After failures it waits twice as long each time, and not all runs at once: a server that comes back must
// not be overrun.
constexpr milliseconds first_wait{500}, longest_wait{30'000};
/// While somebody waits for the end of the run.
constexpr milliseconds longest_wait_at_end{700};
/// Then the connection is given back, so that those get one whom a server without free ones has refused.
constexpr std::chrono::seconds longest_connection{60};
/// Of locks that other transactions hold.
constexpr Seconds lock_timeout{10};
/// A server that takes longer is given up, and the entries are delivered again.
constexpr Seconds answer_timeout{30};
/// For the thread to end by itself. One that waits for a connection is left alone: it may take long.
constexpr milliseconds patience_with_thread{100};

}  // namespace

/// Shared with the thread, which may outlive the Deliverer.
class Deliverer::State {
 public:
  State(std::string url, JournalFile journal)
      : url_(std::move(url)),
        path_(journal.path().string()),
        store_(journal.head().store),
        delivery_(journal.head()),
        journal_(std::move(journal)) {}

  Status add(const JournalEntry& entry) {
    const std::lock_guard lock(mutex_);
    auto added = journal_.add(entry);
    if (added) added_ = entry.number;
    changed_.notify_all();
    return added;
  }

  bool wait_until_done(SteadyClock::time_point end) {
    std::unique_lock lock(mutex_);
    hurried_ = true;
    changed_.notify_all();
    return changed_.wait_until(lock, end, [this] {
      return delivered_ == added_ || gone_ || ended_ || refused_at_end_;
    }) && delivered_ == added_;
  }

  std::optional<Error> trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }
  bool is_gone() const {
    const std::lock_guard lock(mutex_);
    return gone_;
  }
  bool is_refused() const {
    const std::lock_guard lock(mutex_);
    return refused_at_end_;
  }
  const std::string& path() const { return path_; }

  /// Returns whether the thread has ended.
  bool stop() {
    std::unique_lock lock(mutex_);
    stopped_ = true;
    patience_->end_at(SteadyClock::now());
    changed_.notify_all();
    return changed_.wait_for(lock, patience_with_thread, [this] { return ended_; });
  }

  void work() {
    const auto failure = failure_of([this] { deliver_until_stopped(); });
    database_.reset();
    cannot_work({ErrorKind::retry, failure.value_or(""), store_});
  }
  /// The thread has ended. It says why, if it was not told to.
  void cannot_work(const Error& error) {
    const std::lock_guard lock(mutex_);
    if (!error.message.empty()) trouble_ = error;
    ended_ = true;
    changed_.notify_all();
  }

 private:
  void deliver_until_stopped() {
    while (true) {
      std::vector<JournalEntry> entries;
      bool hurried = false;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopped_ || added_ != delivered_; });
        if (stopped_) return;
        entries = journal_.next(bytes_at_once);
        hurried = hurried_;
      }
      const auto status = deliver(entries);
      std::unique_lock lock(mutex_);
      if (status) {
        note_success(entries);
        continue;
      }
      trouble_ = status.error();
      gone_ = status.error().kind == ErrorKind::gone;
      refused_at_end_ = hurried && status.error().kind != ErrorKind::retry;
      if (gone_) journal_.remove();
      changed_.notify_all();
      if (gone_) return;
      database_.reset();
      wait_again(lock);
    }
  }

  void note_success(const std::vector<JournalEntry>& entries) {
    journal_.stored();
    delivered_ = entries.empty() ? added_ : entries.back().number;
    trouble_.reset();
    wait_ = first_wait;
    if (!entries.empty() && entries.back().closing) journal_.remove();
    changed_.notify_all();
  }

  void wait_again(std::unique_lock<std::mutex>& lock) {
    std::uniform_real_distribution<double> part(0.7, 1.3);
    const auto most = hurried_ ? std::min(wait_, longest_wait_at_end) : wait_;
    const auto wait = std::chrono::duration_cast<milliseconds>(most * part(random_));
    wait_ = std::min(2 * wait_, longest_wait);
    const bool hurried_before = hurried_;
    changed_.wait_for(lock, wait, [&] { return stopped_ || hurried_ != hurried_before; });
  }

  /// The connection is made here, and made anew after a while.
  Status deliver(const std::vector<JournalEntry>& entries) {
    const auto now = SteadyClock::now();
    if (database_ && now - connected_ > longest_connection) database_.reset();
    const bool is_new = !database_;
    if (is_new) {
      auto connection = Connection::open(url_, store_, {answer_timeout, patience_});
      if (!connection) return propagate(connection.error());
      database_.emplace(std::move(*connection), store_, lock_timeout);
      connected_ = now;
      if (auto ready = bring_up_to_date(*database_, /*may_create=*/true); !ready) return ready;
    }
    if (auto status = delivery_.deliver(*database_, entries); !status) return status;
    if (is_new && !waiting_delivered_) deliver_waiting(*database_, store_);
    waiting_delivered_ = true;
    return {};
  }

  const std::string url_, path_, store_;
  const std::shared_ptr<Patience> patience_ = std::make_shared<Patience>();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t added_ = 0;      ///< number of the last entry in the journal
  std::int64_t delivered_ = 0;  ///< number of the last one that is stored
  std::optional<Error> trouble_;
  bool hurried_ = false, stopped_ = false, gone_ = false, ended_ = false;
  bool refused_at_end_ = false;  ///< while somebody waits, and not for want of a server

  // Used by the thread only, the journal under the mutex.
  std::optional<Database> database_;
  SteadyClock::time_point connected_;
  bool waiting_delivered_ = false;
  milliseconds wait_ = first_wait;
  std::minstd_rand random_{std::random_device{}()};
  Delivery delivery_;
  JournalFile journal_;
};

Deliverer::Deliverer(std::string url, JournalFile journal)
    : state_(std::make_shared<State>(std::move(url), std::move(journal))) {
  auto thread = start_thread([state = state_] { state->work(); });
  if (thread)
    thread_ = std::move(*thread);
  else
    state_->cannot_work(thread.error());
}

Deliverer::~Deliverer() {
  if (!thread_.joinable()) return;
  if (state_->stop())
    thread_.join();
  else
    thread_.detach();
}

Status Deliverer::add(const JournalEntry& entry) {
  return state_->add(entry);
}
bool Deliverer::wait_until_done(SteadyClock::time_point end) {
  return state_->wait_until_done(end);
}
std::optional<Error> Deliverer::trouble() const {
  return state_->trouble();
}
bool Deliverer::is_refused() const {
  return state_->is_refused();
}
bool Deliverer::is_gone() const {
  return state_->is_gone();
}
const std::string& Deliverer::journal() const {
  return state_->path();
}

}  // namespace joulecast::store::postgres
