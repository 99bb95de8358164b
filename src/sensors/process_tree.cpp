// CPU share and resident memory of the measured command with everything it started.
#include "sensors/support/process_tree.hpp"

#include <unistd.h>

#include <algorithm>

#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;
using trace::Quantity;

/// Ticks are 10 ms and a look at a tree of many processes costs: once a second, and all of /proc ten times
/// less often.
constexpr Seconds look_every{1};
constexpr int looks_between_searches = 10;

class ProcessTreeSensor : public Sensor {
 public:
  ProcessTreeSensor(ProcessTree tree, const Clock& clock)
      : tree_(std::move(tree)),
        clock_(&clock),
        last_look_(clock.steady()),
        cpu_ticks_per_second_(static_cast<double>(::sysconf(_SC_CLK_TCK) * ::sysconf(_SC_NPROCESSORS_ONLN))),
        page_size_(static_cast<double>(::sysconf(_SC_PAGESIZE))) {
    channels_.push_back(gauge("process_cpu", Quantity::process_cpu));
    channels_.push_back(gauge("process_memory", Quantity::process_memory));
    channels_.back().note = "resident; pages that processes share count once for each";
    (void)tree_.refresh(true);
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto now = clock_->steady();
    const Seconds elapsed = now - last_look_;
    if (elapsed >= look_every * 0.9) {
      // A tree that has ended uses nothing: zeros, not a failure.
      (void)tree_.refresh(++looks_ % looks_between_searches == 0);
      const auto used = tree_.used_ticks();
      cpu_share_ = static_cast<double>(used - ticks_before_) / (cpu_ticks_per_second_ * elapsed.value());
      cpu_share_ = std::min(cpu_share_, 1.0);
      ticks_before_ = used;
      last_look_ = now;
    }
    readings[0] = trace::RawValue(cpu_share_);
    readings[1] = trace::RawValue(static_cast<double>(tree_.resident_pages()) * page_size_);
  }

 private:
  static Channel gauge(const char* name, Quantity quantity) {
    Channel channel;
    channel.name = name;
    channel.sensor = "process_tree";
    channel.quantity = quantity;
    channel.component = trace::Component::process;
    channel.update_period = look_every;
    return channel;
  }

  ProcessTree tree_;
  const Clock* clock_;
  SteadyTime last_look_;
  double cpu_ticks_per_second_;
  double page_size_;
  double cpu_share_ = 0;
  std::uint64_t ticks_before_ = 0;
  int looks_ = 0;
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open(const Environment& environment) {
  if (environment.pid <= 0)
    return fail(ErrorKind::unavailable, "process_tree", "no command is being measured");
  auto tree = ProcessTree::open(environment);
  if (!tree) return propagate(tree.error());
  return std::make_unique<ProcessTreeSensor>(std::move(*tree), *environment.clock);
}

Finding probe(const Environment& environment) {
  return finding_of(open(environment), "joulecast run -- COMMAND");
}

}  // namespace

extern const SensorType process_tree_sensor{
    .name = "process_tree",
    .description = "CPU share and memory of the measured command and everything it starts",
    .lane = Lane::fast,
    .shortest_interval = look_every,
    .probe = probe,
    .open = open,
};

}  // namespace joulecast::sensors
