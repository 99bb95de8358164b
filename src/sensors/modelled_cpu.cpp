// CPU power if no sensor measures it: from utilisation, clock and the maker's TDP by hardware::cpu_power.
#include <algorithm>

#include "hardware/catalogue.hpp"
#include "hardware/cpu_power.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;

constexpr double joules_per_count = 1e-3;
/// Utilisation is counted in ticks of 10 ms. Over shorter intervals it would be noisy, and noise in a concave
/// model makes the power too low.
constexpr Seconds shortest_interval{0.1};
constexpr double assumed_tdp_uncertainty = 0.8;

struct Model {
  Watts tdp{0};
  hardware::CpuPowerParameters parameters{};
  std::string assumption;
};

Model model_of(const Processor& processor) {
  hardware::CpuDescription cpu;
  cpu.kind = hardware::cpu_class_of(processor.model_name);
  cpu.simultaneous_threads = processor.simultaneous_threads;
  std::string origin;
  const auto known = hardware::find_cpu_alone(processor.model_name);
  if (known) {
    cpu.tdp = known->tdp * processor.sockets;
    origin = fmt::format("TDP {:.0f} W of {} ({})", cpu.tdp.value(), known->name, known->source);
    if (processor.virtual_machine) {
      cpu.tdp = hardware::limit_to_virtual_cpus(cpu.tdp, processor.logical_cpus);
      origin += fmt::format(", {:.0f} W for this virtual machine's CPUs", cpu.tdp.value());
    }
  } else {
    cpu.tdp = hardware::assumed_tdp(processor.logical_cpus, cpu.kind);
    origin = fmt::format("TDP of '{}' not known, {:.0f} W assumed for {} logical CPUs", processor.model_name,
                         cpu.tdp.value(), processor.logical_cpus);
  }
  Model model{cpu.tdp, hardware::cpu_power_parameters(cpu), ""};
  if (!known) model.parameters.uncertainty = std::max(model.parameters.uncertainty, assumed_tdp_uncertainty);
  model.assumption = fmt::format("modelled from utilisation; {}; {} class: {:.0f} % of TDP at full load",
                                 origin, hardware::name_of(cpu.kind), 100 * model.parameters.full_share);
  return model;
}

/// Adds the modelled power up as a counter, so that the mean utilisation of an interval counts for exactly
/// that interval.
class ModelledCpu : public Sensor {
 public:
  ModelledCpu(CpuUsage usage, Model model, const Processor& processor, const Environment& environment)
      : usage_(std::move(usage)),
        model_(std::move(model)),
        clock_(environment.clock),
        last_look_(clock_->steady()),
        last_(last_look_) {
    const auto frequency = environment.roots.sys / "devices/system/cpu/cpu0/cpufreq";
    maximum_khz_ = static_cast<double>(number_in(frequency / "cpuinfo_max_freq").value_or(0));
    if (auto file = ValueFile::open(frequency / "scaling_max_freq", environment))
      allowed_khz_ = std::move(*file);
    power_ = power_at(usage_.utilisation().value_or(0));
    Channel channel;
    channel.name = "cpu_modelled_energy";
    channel.sensor = "modelled_cpu";
    channel.quantity = trace::Quantity::energy;
    channel.behaviour = trace::Behaviour::counter;
    channel.component = trace::Component::cpu;
    channel.device_name = processor.model_name;
    channel.resolution = joules_per_count;
    channel.update_period = shortest_interval;
    channel.provenance = Provenance::modelled;
    channel.relative_uncertainty = model_.parameters.uncertainty;
    channel.note = model_.assumption;
    channels_.push_back(std::move(channel));
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    const auto now = clock_->steady();
    if (now - last_look_ >= shortest_interval * 0.9) {
      const auto utilisation = usage_.utilisation();
      if (!utilisation) {
        readings[0] = propagate(utilisation.error());
        return;
      }
      power_ = power_at(*utilisation);
      last_look_ = now;
    }
    // If the previous reading is too recent, as at the end of a run, the power is assumed to be unchanged.
    used_ += power_ * (now - last_);
    last_ = now;
    readings[0] = trace::RawValue(static_cast<std::uint64_t>(used_.value() / joules_per_count));
  }

 private:
  [[nodiscard]] Watts power_at(double utilisation) const {
    return hardware::cpu_power(model_.tdp, model_.parameters, utilisation, clock_share());
  }

  /// The clock that the governor or the user allows, as a share of the maximum; 1 if the kernel does not
  /// report it.
  [[nodiscard]] double clock_share() const {
    if (!allowed_khz_ || maximum_khz_ <= 0) return 1;
    const auto allowed = allowed_khz_->read_double();
    return allowed ? std::min(1.0, *allowed / maximum_khz_) : 1;
  }

  CpuUsage usage_;
  Model model_;
  const Clock* clock_;
  SteadyTime last_look_;
  SteadyTime last_;
  Watts power_{0};
  double maximum_khz_ = 0;
  std::optional<ValueFile> allowed_khz_;
  Joules used_{0};
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open(const Environment& environment) {
  const auto processor = read_processor(environment);
  if (!processor) return propagate(processor.error());
  auto usage = CpuUsage::open(environment);
  if (!usage) return propagate(usage.error());
  return std::make_unique<ModelledCpu>(std::move(*usage), model_of(*processor), *processor, environment);
}

Finding probe(const Environment& environment) {
  return finding_of(open(environment), "mount -t proc proc /proc");
}

constexpr ChannelDescription described[] = {
    {"cpu_modelled_energy", trace::Quantity::energy, trace::Component::cpu, shortest_interval},
};

}  // namespace

extern const SensorType modelled_cpu_sensor{
    .name = "modelled_cpu",
    .description = "CPU power modelled from utilisation and TDP, where no meter can be read",
    .lane = Lane::fast,
    .shortest_interval = shortest_interval,
    .stands_in_for = trace::Component::cpu,
    .probe = probe,
    .open = open,
    .channels = described,
    .needs = "`/proc/stat` and `/proc/cpuinfo`; used only where nothing measures the CPU",
    .pitfalls =
        "a model of utilisation, clock and TDP with a wide interval, wider still where the CPU is not in the "
        "catalogue",
};

}  // namespace joulecast::sensors
