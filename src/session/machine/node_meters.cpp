#include "session/machine/node_meters.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "base/failure.hpp"
#include "base/thread.hpp"
#include "session/machine/node_reading.hpp"

namespace joulecast::session {
namespace {

constexpr Seconds least_interval{0.01};
constexpr Seconds most_interval{600};
constexpr Seconds driver_patience{1};
/// Readings are taken at least this often, before their queue is full.
constexpr Seconds most_tick{1};

std::chrono::nanoseconds to_chrono(Seconds time) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(time.value() * 1e9));
}

}  // namespace

class NodeMeters::Worker {
 public:
  Worker(NodeMetersOptions options, sensors::Environment environment)
      : options_(std::move(options)), environment_(std::move(environment)) {
    began_ = environment_.clock->wall();
  }
  ~Worker() {
    {
      const std::lock_guard guard(mutex_);
      stop_ = true;
      stopping_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  Status start() {
    auto selection = sensors::open_sensors(environment_, options_.sensors, driver_patience);
    if (!selection) return propagate(selection.error());
    reading_ = std::make_unique<NodeReading>(std::move(*selection), options_.interval, *environment_.clock);
    if (const auto started = reading_->start(); !started) return started;
    take();
    auto thread = start_thread([this] { work(); });
    if (!thread) return propagate(thread.error());
    thread_ = std::move(*thread);
    return {};
  }

  std::shared_ptr<const NodeState> now() const {
    const std::lock_guard guard(state_mutex_);
    return state_;
  }

 private:
  void work() {
    const auto tick = to_chrono(std::min(options_.interval, most_tick));
    auto look_again = std::chrono::steady_clock::now() + to_chrono(options_.look_again);
    for (auto next = std::chrono::steady_clock::now() + tick; !sleep_until(next); next += tick) {
      // Out of memory, the last state stays for a tick.
      static_cast<void>(failure_of([&] {
        take();
        if (std::chrono::steady_clock::now() < look_again) return;
        reopen_lost();
        look_again = std::chrono::steady_clock::now() + to_chrono(options_.look_again);
      }));
      next = std::max(next, std::chrono::steady_clock::now() - tick);
    }
  }

  bool sleep_until(std::chrono::steady_clock::time_point time) {
    std::unique_lock lock(mutex_);
    return stopping_.wait_until(lock, time, [this] { return stop_; });
  }

  void take() {
    reading_->take(counters_);
    auto state = std::make_shared<NodeState>();
    state->began = began_;
    reading_->describe(*state, counters_);
    state->dropped_readings += dropped_before_;
    add_readings_before(*state);
    const std::lock_guard guard(state_mutex_);
    state_ = std::move(state);
  }

  /// Opens everything anew if a sensor that lost a channel has all of them again.
  void reopen_lost() {
    for (const auto& [name, channels] : reading_->ended()) {
      const std::string one[] = {name};
      const auto found = sensors::open_sensors(environment_, one, driver_patience);
      if (!found || found->opened.empty() || found->opened[0].sensor->channels().size() < channels) continue;
      begin_again();
      return;
    }
  }

  void begin_again() {
    auto selection = sensors::open_sensors(environment_, options_.sensors, driver_patience);
    if (!selection) return;
    auto reading =
        std::make_unique<NodeReading>(std::move(*selection), options_.interval, *environment_.clock);
    if (!reading->start()) return;
    take();
    before_ = now();
    dropped_before_ = before_->dropped_readings;
    reading_ = std::move(reading);
    counters_.begin_again();
    take();
  }

  /// The counts of readings go on where those before the reopening ended.
  void add_readings_before(NodeState& state) const {
    if (!before_) return;
    for (auto& sensor : state.sensors)
      for (const auto& old : before_->sensors) {
        if (old.sensor != sensor.sensor) continue;
        sensor.readings += old.readings;
        sensor.failed_readings += old.failed_readings;
      }
  }

  const NodeMetersOptions options_;
  const sensors::Environment environment_;
  WallTime began_;
  std::unique_ptr<NodeReading> reading_;
  EnergyCounters counters_;
  std::shared_ptr<const NodeState> before_;  ///< the last state before the sensors were opened anew
  std::uint64_t dropped_before_ = 0;
  mutable std::mutex state_mutex_;  ///< is never held for longer than a pointer takes
  std::shared_ptr<const NodeState> state_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  Thread thread_;
};

NodeMeters::NodeMeters(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
NodeMeters::NodeMeters(NodeMeters&&) noexcept = default;
NodeMeters::~NodeMeters() = default;

Result<NodeMeters> NodeMeters::start(const NodeMetersOptions& options, sensors::Environment environment) {
  if (!(options.interval >= least_interval && options.interval <= most_interval))
    return fail_field("interval", "must be 10 ms to 10 min, not {:g} s", options.interval.value());
  environment.gpus = options.gpus;
  auto worker = std::make_unique<Worker>(options, std::move(environment));
  if (const auto started = worker->start(); !started) return propagate(started.error());
  return NodeMeters(std::move(worker));
}

std::shared_ptr<const NodeState> NodeMeters::now() const {
  return worker_->now();
}

}  // namespace joulecast::session
