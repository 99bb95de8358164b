// CPU share and resident memory of the measured command with everything it started.
#include "sensors/support/process_tree.hpp"

#include <unistd.h>

#include <algorithm>

#include "sensors/support/file_sensor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;
using trace::Quantity;

/// CPU time is counted in ticks of 10 ms, so it is read once a second. New members are searched for less
/// often if that is expensive: the kernel keeps a list of children for each thread, and a training may have
/// hundreds of threads.
constexpr Seconds look_every{1};
constexpr Seconds search_every{10};
constexpr Seconds rarest_look{60};
constexpr double most_of_a_core = 2.5e-5;

/// When a kind of look is due again: after `every`, or later if the previous look took long, so that looking
/// stays within its share of a core.
class Pace {
 public:
  explicit Pace(Seconds every) : every_(every) {}
  [[nodiscard]] bool due(SteadyTime now) const { return now + look_every * 0.1 >= next_; }
  void took(SteadyTime begin, Seconds cost) {
    next_ = begin + std::clamp(cost * (1 / most_of_a_core), every_, rarest_look);
  }

 private:
  Seconds every_;
  SteadyTime next_;
};

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
    look(Look::children);  // everything is searched with the first reading, which a short command never meets
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto now = clock_->steady();
    const Seconds elapsed = now - last_look_;
    if (elapsed >= look_every * 0.9) {
      look(searches_.due(now)             ? Look::everything
           : looks_for_children_.due(now) ? Look::children
                                          : Look::members);
      // A member that was found late brings the time that it used before. Time beyond the machine's capacity
      // is carried over to the next readings.
      const double most = cpu_ticks_per_second_ * elapsed.value();
      const double used = std::min(static_cast<double>(tree_.used_ticks()) - ticks_told_, most);
      cpu_share_ = used / most;
      ticks_told_ += used;
      last_look_ = now;
    }
    readings[0] = trace::RawValue(cpu_share_);
    readings[1] = trace::RawValue(static_cast<double>(tree_.resident_pages()) * page_size_);
  }

 private:
  void look(Look kind) {
    const auto begin = clock_->steady();
    (void)tree_.refresh(kind);  // a tree that has ended uses nothing: zeros, not a failure
    const auto cost = clock_->steady() - begin;
    if (kind == Look::everything) searches_.took(begin, cost);
    if (kind == Look::children) looks_for_children_.took(begin, cost);
  }

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
  double ticks_told_ = 0;
  Pace looks_for_children_{look_every};
  Pace searches_{search_every};
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open_process_tree(const Environment& environment) {
  if (environment.pid <= 0)
    return fail(ErrorKind::unavailable, "process_tree", "no command is being measured");
  auto tree = ProcessTree::open(environment);
  if (!tree) return propagate(tree.error());
  return std::make_unique<ProcessTreeSensor>(std::move(*tree), *environment.clock);
}

Finding probe_process_tree(const Environment& environment) {
  return finding_of(open_process_tree(environment), "joulecast run -- COMMAND");
}

constexpr ChannelDescription process_tree_channels[] = {
    {"process_cpu", trace::Quantity::process_cpu, trace::Component::process, look_every},
    {"process_memory", trace::Quantity::process_memory, trace::Component::process, look_every},
};

}  // namespace

extern const SensorType process_tree_sensor{
    .name = "process_tree",
    .description = "CPU share and memory of the measured command and everything it starts",
    .lane = Lane::fast,
    .shortest_interval = look_every,
    .probe = probe_process_tree,
    .open = open_process_tree,
    .channels = process_tree_channels,
    .needs = "a command that `joulecast run` has started; `/proc`",
    .pitfalls =
        "processes that live less than a second may be missed; memory that processes share counts once for "
        "each",
};

}  // namespace joulecast::sensors
