#include "measure/measurement.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/thread.hpp"
#include "base/wake_up.hpp"
#include "measure/engine.hpp"
#include "measure/tick_time.hpp"
#include "sensors/support/selection.hpp"

namespace joulecast::measure {
namespace {

constexpr auto longest_tick = std::chrono::seconds(1);  ///< for whoever waits for it
constexpr Seconds shortest_interval{0.001};
constexpr Seconds longest_interval{3600};  ///< of readings and of ticks

Status check(const MeasurementOptions& options) {
  if (!(options.interval >= shortest_interval))
    return fail_field("interval", "{} is shorter than 1 ms", to_text(options.interval));
  if (options.interval > longest_interval)
    return fail_field("interval", "{} is longer than {}", to_text(options.interval),
                      to_text(longest_interval));
  if (!(options.tick > Seconds{0}) || options.tick > longest_interval)
    return fail(ErrorKind::invalid, "tick", "{} is not above 0 and at most {}", to_text(options.tick),
                to_text(longest_interval));
  return {};
}

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max(left, std::chrono::milliseconds(0)).count());
}

bool ends_an_epoch(const progress::Event& event) {
  using enum progress::EventKind;
  return event.kind == epoch_end || event.kind == epoch_begin || event.kind == phase_end;
}

}  // namespace

/// The measurement's own thread, and the data that other threads hand to it.
class Measurement::Worker {
 public:
  Worker(MeasurementOptions options, sensors::Environment environment, sensors::SensorSelection selection,
         std::optional<progress::SocketServer> socket, Observer* observer, WakeUp wake_up)
      : tick_time_(std::make_shared<TickTime>(options.tick, options.interval)),
        engine_(std::move(options), std::move(environment), std::move(selection), std::move(socket),
                observer),
        observer_(observer),
        wake_up_(std::make_shared<const WakeUp>(std::move(wake_up))) {
    engine_.when_read([time = tick_time_, wake_up = wake_up_] {
      if (time->is_due_with_reading(std::chrono::steady_clock::now())) wake_up->set();
    });
  }
  ~Worker();

  [[nodiscard]] Status begin();
  /// Whether this is the process that prepared the measurement. A fork copies everything except the thread.
  [[nodiscard]] bool is_ours() const { return ::getpid() == process_; }
  [[nodiscard]] Result<std::optional<Watts>> measure_idle(Seconds duration,
                                                          const std::function<bool()>& stop);
  [[nodiscard]] Moment now() const { return {engine_.clock().wall(), engine_.clock().steady()}; }
  [[nodiscard]] Status start(Moment at);
  void hear(std::vector<progress::Event> events);
  void keep(std::vector<progress::Event> events, std::vector<progress::Event> Heard::*where);
  void set_limits(LimitOptions limits);
  void end_forecasts();
  void note(std::string text);
  [[nodiscard]] Live live() const;
  void tick();
  [[nodiscard]] std::vector<progress::AttachedRank> ranks() const;
  void tell_ranks(progress::RankOrder order);
  [[nodiscard]] bool wait_for_ranks(Seconds patience) const;
  [[nodiscard]] std::optional<SteadyTime> wait_for_successor(Seconds patience) const;
  [[nodiscard]] Result<MeasurementResult> finish(Ending ending);

 private:
  void work();
  /// Ticks until the end. Returns the reason if the run could not be closed.
  std::optional<std::string> measure();
  struct Woken {
    bool by_thread = false;
    bool by_socket = false;  ///< it has data
  };
  /// Sleeps until the time, or until another thread or the socket needs attention.
  [[nodiscard]] Woken sleep_until(Deadline time) const;
  void publish(std::uint64_t ticks);
  void see_ranks();
  [[nodiscard]] bool is_alone() const;  ///< with the mutex held
  void tell(const std::optional<std::string>& failure);
  [[nodiscard]] static Failure foreign();

  const pid_t process_ = ::getpid();
  const std::shared_ptr<TickTime> tick_time_;
  Engine engine_;
  Observer* observer_;
  const std::shared_ptr<const WakeUp>
      wake_up_;  ///< set after a change that the ticking thread should see at once
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::optional<Moment> start_;
  std::optional<Ending> ending_;
  bool leave_ = false;  ///< set if the thread should end without having begun
  bool finished_ = false;
  std::uint64_t ticks_wanted_ = 0;  ///< number of the tick that tick() waits for
  std::uint64_t ticks_done_ = 0;
  std::atomic<bool> host_tells_ = false;  ///< this process told of its progress
  bool over_ = false;                     ///< the thread does no more ticks
  Heard heard_;
  bool epoch_ended_ = false;  ///< which is among what was heard
  Live live_;
  std::vector<progress::AttachedRank> ranks_;
  std::vector<progress::RankOrder> orders_;  ///< to be told to them
  std::optional<SteadyTime> taken_over_;
  bool failure_told_ = false;
  std::optional<std::string> failure_;  ///< the run could not be begun or closed
  Thread thread_;
};

Status Measurement::Worker::begin() {
  if (auto sampling = engine_.begin_sampling(); !sampling) return sampling;
  auto thread = start_thread([this] { work(); });
  if (!thread) return propagate(thread.error());
  thread_ = std::move(*thread);
  return {};
}

Measurement::Worker::~Worker() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    leave_ = !start_;
    (void)failure_of(
        [this] { heard_.notes.emplace_back("interrupted: the measurement ended without closing the run"); });
    ending_ = Ending{trace::RunStatus::interrupted, {}, engine_.clock().steady()};
    changed_.notify_all();
  }
  wake_up_->set();
  thread_.join();
}

Failure Measurement::Worker::foreign() {
  return fail(ErrorKind::invalid, "measurement", "belongs to the process that prepared it");
}

Result<std::optional<Watts>> Measurement::Worker::measure_idle(Seconds duration,
                                                               const std::function<bool()>& stop) {
  if (!is_ours()) return foreign();
  {
    const std::lock_guard lock(mutex_);
    if (start_) return fail(ErrorKind::invalid, "measure_idle", "the measurement has started");
  }
  return engine_.measure_idle(duration, stop);
}

Status Measurement::Worker::start(Moment at) {
  if (!is_ours()) return foreign();
  const std::lock_guard lock(mutex_);
  if (start_) return fail(ErrorKind::invalid, "start", "the measurement has started already");
  start_ = at;
  changed_.notify_all();
  return {};
}

void Measurement::Worker::hear(std::vector<progress::Event> events) {
  if (!is_ours()) return;
  const auto tells = [](const progress::Event& event) {
    return event.evidence == progress::Evidence::told && progress::advances_progress(event.kind);
  };
  if (!host_tells_ && std::ranges::any_of(events, tells)) host_tells_ = true;
  keep(std::move(events), &Heard::by_host);
}

void Measurement::Worker::keep(std::vector<progress::Event> events,
                               std::vector<progress::Event> Heard::*where) {
  const std::lock_guard lock(mutex_);
  if (!epoch_ended_ && std::ranges::any_of(events, ends_an_epoch)) {
    epoch_ended_ = true;
    wake_up_->set();
  }
  auto& kept = heard_.*where;
  if (kept.empty())
    kept = std::move(events);
  else
    kept.insert(kept.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
}

std::vector<progress::AttachedRank> Measurement::Worker::ranks() const {
  if (!is_ours()) return {};
  const std::lock_guard lock(mutex_);
  return ranks_;
}

void Measurement::Worker::tell_ranks(progress::RankOrder order) {
  if (!is_ours()) return;
  {
    const std::lock_guard lock(mutex_);
    orders_.push_back(std::move(order));
  }
  wake_up_->set();
}

bool Measurement::Worker::is_alone() const {
  return std::ranges::none_of(
      ranks_, [](const progress::AttachedRank& rank) { return rank.is_there && !rank.has_left; });
}

bool Measurement::Worker::wait_for_ranks(Seconds patience) const {
  if (!is_ours()) return true;
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, to_chrono(patience), [this] { return over_ || is_alone(); });
}

std::optional<SteadyTime> Measurement::Worker::wait_for_successor(Seconds patience) const {
  if (!is_ours()) return std::nullopt;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, to_chrono(patience), [this] { return over_ || taken_over_ || is_alone(); });
  return taken_over_;
}

/// Tells other threads what the socket has said of ranks.
void Measurement::Worker::see_ranks() {
  std::vector<progress::RankOrder> orders;
  {
    const std::lock_guard lock(mutex_);
    orders = std::exchange(orders_, {});
  }
  for (const auto& order : orders) engine_.tell_ranks(order);
  auto ranks = engine_.ranks();
  if (ranks.empty()) return;
  const std::lock_guard lock(mutex_);
  ranks_ = std::move(ranks);
  taken_over_ = engine_.taken_over();
  changed_.notify_all();
}

void Measurement::Worker::set_limits(LimitOptions limits) {
  if (!is_ours()) return;
  const std::lock_guard lock(mutex_);
  heard_.limits = std::move(limits);
}

void Measurement::Worker::end_forecasts() {
  if (!is_ours()) return;
  const std::lock_guard lock(mutex_);
  heard_.work_is_being_ended = true;
}

void Measurement::Worker::note(std::string text) {
  if (!is_ours()) return;
  const std::lock_guard lock(mutex_);
  heard_.notes.push_back(std::move(text));
}

Live Measurement::Worker::live() const {
  if (!is_ours()) return {};
  const std::lock_guard lock(mutex_);
  return live_;
}

void Measurement::Worker::tick() {
  if (!is_ours()) return;
  std::unique_lock lock(mutex_);
  if (!start_) return;
  const auto wanted = ++ticks_wanted_;
  wake_up_->set();
  changed_.wait_for(lock, longest_tick, [&] { return over_ || ticks_done_ >= wanted; });
}

Result<MeasurementResult> Measurement::Worker::finish(Ending ending) {
  if (!is_ours()) return foreign();
  if (!ending.at) ending.at = engine_.clock().steady();
  {
    const std::lock_guard lock(mutex_);
    if (!start_) return fail(ErrorKind::invalid, "finish", "the measurement has not started");
    if (std::exchange(finished_, true))
      return fail(ErrorKind::invalid, "finish", "the measurement has finished already");
    ending_ = ending;
  }
  engine_.hurry();
  wake_up_->set();
  thread_.join();
  if (failure_) return fail(ErrorKind::retry, "measurement", "{}", *failure_);
  return engine_.result();
}

/// Keeps the first failure of a tick as a note of the run.
void Measurement::Worker::tell(const std::optional<std::string>& failure) {
  if (!failure || std::exchange(failure_told_, true)) return;
  const auto untold = failure_of([&] {
    const std::lock_guard lock(mutex_);
    heard_.notes.push_back("joulecast itself failed in a tick of the measurement: " + *failure);
  });
  failure_told_ = !untold;  // if there is no memory even for this, the next failure is told
}

void Measurement::Worker::work() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return start_ || leave_; });
    if (leave_) return;
  }
  failure_ = failure_of([this] { engine_.begin(*start_); });
  if (!failure_) failure_ = measure();
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

std::optional<std::string> Measurement::Worker::measure() {
  for (tick_time_->restart(std::chrono::steady_clock::now());;) {
    const auto woken = sleep_until(tick_time_->latest());
    if (host_tells_) engine_.leave_progress_to_host();
    if (woken.by_socket) tell(failure_of([this] { keep(engine_.hear_socket(), &Heard::by_socket); }));
    tell(failure_of([this] { see_ranks(); }));
    std::optional<Ending> ending;
    std::uint64_t wanted = 0;
    Heard heard;
    const auto now = std::chrono::steady_clock::now();
    {
      // A process that is killed keeps its finished epochs.
      const std::lock_guard lock(mutex_);
      if (epoch_ended_) tick_time_->hasten();
    }
    const bool due = now >= tick_time_->latest() || (woken.by_thread && tick_time_->is_due_with_reading(now));
    {
      const std::lock_guard lock(mutex_);
      ending = ending_;
      wanted = ticks_wanted_;
      if (ending || wanted > ticks_done_ || due) {
        heard = std::exchange(heard_, {});
        epoch_ended_ = false;
      }
    }
    if (ending) return failure_of([&] { engine_.finish(std::move(heard), *ending); });
    if (wanted == ticks_done_ && !due) continue;  // only the socket woke the thread
    const auto fresh = wanted > ticks_done_ ? Engine::Fresh::yes : Engine::Fresh::no;
    if (due) tick_time_->restart(now);  // missed ticks are not repeated
    tell(failure_of([&] { engine_.tick(std::move(heard), fresh); }));
    publish(wanted);
  }
}

Measurement::Worker::Woken Measurement::Worker::sleep_until(Deadline time) const {
  pollfd waiting[2] = {{wake_up_->descriptor(), POLLIN, 0}, {engine_.socket_descriptor(), POLLIN, 0}};
  if (::poll(waiting, 2, milliseconds_until(time)) <= 0) return {};
  if (waiting[0].revents != 0) wake_up_->clear();
  return {waiting[0].revents != 0, waiting[1].revents != 0};
}

void Measurement::Worker::publish(std::uint64_t ticks) {
  Live live;
  tell(failure_of([&] { live = engine_.live(); }));
  {
    const std::lock_guard lock(mutex_);
    live_ = live;
  }
  if (observer_ != nullptr) tell(failure_of([&] { observer_->ticked(live); }));
  const std::lock_guard lock(mutex_);
  ticks_done_ = ticks;
  changed_.notify_all();
}

Measurement::Measurement(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
Measurement::Measurement(Measurement&&) noexcept = default;

Measurement::~Measurement() {
  // After a fork the copy belongs to the other process: it has no thread here, and its store must not be
  // touched.
  if (worker_ && !worker_->is_ours()) (void)worker_.release();
}

Result<Measurement> Measurement::prepare(MeasurementOptions options, const sensors::Environment& environment,
                                         std::optional<progress::SocketServer> socket, Observer* observer) {
  if (const auto usable = check(options); !usable) return propagate(usable.error());
  auto wake_up = WakeUp::create();
  if (!wake_up) return propagate(wake_up.error());
  auto selection = sensors::open_sensors(environment, options.sensors, options.driver_patience);
  if (!selection) return propagate(selection.error());
  auto worker = std::make_unique<Worker>(std::move(options), environment, std::move(*selection),
                                         std::move(socket), observer, std::move(*wake_up));
  if (const auto begun = worker->begin(); !begun) return propagate(begun.error());
  return Measurement(std::move(worker));
}

Result<std::optional<Watts>> Measurement::measure_idle(Seconds duration, const std::function<bool()>& stop) {
  return worker_->measure_idle(duration, stop);
}
Status Measurement::start() {
  return worker_->start(worker_->now());
}
Status Measurement::start(Moment at) {
  return worker_->start(at);
}
void Measurement::hear(std::vector<progress::Event> events) {
  worker_->hear(std::move(events));
}
void Measurement::set_limits(LimitOptions limits) {
  worker_->set_limits(std::move(limits));
}
void Measurement::end_forecasts() {
  worker_->end_forecasts();
}
void Measurement::note(std::string text) {
  worker_->note(std::move(text));
}
Live Measurement::live() const {
  return worker_->live();
}
std::vector<progress::AttachedRank> Measurement::ranks() const {
  return worker_->ranks();
}
void Measurement::tell_ranks(progress::RankOrder order) {
  worker_->tell_ranks(std::move(order));
}
bool Measurement::wait_for_ranks(Seconds patience) const {
  return worker_->wait_for_ranks(patience);
}
std::optional<SteadyTime> Measurement::wait_for_successor(Seconds patience) const {
  return worker_->wait_for_successor(patience);
}
void Measurement::tick() {
  worker_->tick();
}
Result<MeasurementResult> Measurement::finish(Ending ending) {
  return worker_->finish(ending);
}

}  // namespace joulecast::measure
