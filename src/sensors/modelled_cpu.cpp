// CPU power if no sensor measures it: from cores, clock, utilisation and the maker's TDP by
// hardware::cpu_power, and by hardware::core_power on processors that are not x86.
#include <algorithm>

#include "hardware/catalogue.hpp"
#include "hardware/core_power.hpp"
#include "hardware/cpu_power.hpp"
#include "sensors/support/busy_clock.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/package_facts.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;

constexpr double joules_per_count = 1e-3;
/// Utilisation is counted in ticks of 10 ms. Over shorter intervals it would be noisy, and noise in a concave
/// model makes the power too low.
constexpr Seconds shortest_interval{0.1};
/// On some kernels reading the clocks interrupts the CPUs that are read.
constexpr Seconds clock_interval{5};

/// No processor is specified for more. Some containers show a few CPUs of a machine as if it had no others.
constexpr Watts most_tdp_of_a_core{50};

struct Model {
  hardware::CpuDescription cpu;
  /// In place of `cpu` where the processor is not x86.
  std::optional<hardware::CorePower> cores;
  std::string device_name;
  double clock_ghz = 0;  ///< until the kernel has told one
  double uncertainty = hardware::cpu_power_uncertainty;
  std::string assumption;
};

/// The cores that the kernel counts, or that a virtual machine's CPUs are likely to be.
void describe_cores(const Processor& processor, hardware::CpuDescription& cpu) {
  cpu.threads_per_core = processor.simultaneous_threads ? 2 : 1;
  // Most clouds sell threads of servers as CPUs, whatever topology they show
  if (processor.virtual_machine && cpu.kind == hardware::CpuClass::server) cpu.threads_per_core = 2;
  cpu.cores = processor.cores_per_socket && !processor.virtual_machine
                  ? *processor.cores_per_socket * processor.sockets
                  : std::max(1, processor.logical_cpus / cpu.threads_per_core);
}

/// Sets the TDP; returns where it comes from.
std::string describe_tdp(const Processor& processor, Model& model) {
  auto& cpu = model.cpu;
  const auto assumed = hardware::assumed_tdp(cpu.cores, cpu.kind);
  model.uncertainty = hardware::cpu_power_uncertainty_of(cpu.kind);
  const auto known = hardware::find_cpu_alone(processor.model_name);
  if (!known) {
    cpu.tdp = assumed;
    model.uncertainty = hardware::assumed_cpu_power_uncertainty;
    return fmt::format("TDP of '{}' not known, {:.0f} W assumed", processor.model_name, cpu.tdp.value());
  }
  cpu.tdp = known->tdp * processor.sockets;
  auto origin = fmt::format("TDP {:.0f} W of {} ({})", cpu.tdp.value(), known->name, known->source);
  if (processor.virtual_machine || cpu.tdp > most_tdp_of_a_core * cpu.cores) {
    cpu.tdp = std::min(cpu.tdp, assumed);
    model.uncertainty = hardware::assumed_cpu_power_uncertainty;
    origin += fmt::format(", {:.0f} W for the CPUs that this {} has of it", cpu.tdp.value(),
                          processor.virtual_machine ? "virtual machine" : "container");
  }
  return origin;
}

/// Logical CPUs of one design.
struct Cores {
  hardware::CoreDesign design;
  int logical_cpus = 0;
};

std::vector<Cores> cores_of(const Processor& processor, const Environment& environment) {
  std::vector<Cores> list;
  const bool at_amazon = first_line(environment.roots.sys / "class/dmi/id/sys_vendor") == "Amazon EC2";
  const auto add = [&](std::optional<hardware::CoreDesign> design, int logical_cpus) {
    list.push_back({design.value_or(hardware::unknown_core(processor.logical_cpus,
                                                           processor.core_name.starts_with("POWER"))),
                    logical_cpus});
  };
  for (const auto& [part, logical_cpus] : processor.arm_parts)
    add(hardware::arm_core(part.first, part.second, at_amazon), logical_cpus);
  if (list.empty()) add(hardware::core_called(processor.core_name), processor.logical_cpus);
  return list;
}

/// A processor that is not x86: the watts of its cores added up.
Model model_of_cores(const Processor& processor, const Environment& environment) {
  Model model;
  hardware::CorePower all;
  double cores_in_all = 0, clock = 0;
  std::string names, sources;
  const auto told = count_cores(environment);
  model.uncertainty = 0;
  for (const auto& [design, logical_cpus] : cores_of(processor, environment)) {
    const double threads =
        told ? static_cast<double>(processor.logical_cpus) / std::max(*told, 1) : design.threads_per_core;
    const double cores = logical_cpus / std::max(threads, 1.0);
    all.busy += Watts{design.busy_watts * cores};
    clock += design.clock_ghz * cores;
    cores_in_all += cores;
    model.uncertainty = std::max(model.uncertainty, design.uncertainty);
    names += fmt::format("{}{:.3g} of {} at {:g} W", names.empty() ? "" : ", ", cores, design.name,
                         design.busy_watts);
    model.device_name += fmt::format("{}{}", model.device_name.empty() ? "" : ", ", design.name);
    if (sources.find(design.source) == std::string::npos)
      sources += fmt::format("{}{}", sources.empty() ? "" : ", ", design.source);
  }
  all.clock_ghz = clock / cores_in_all;
  model.cores = all;
  model.clock_ghz = all.clock_ghz;
  model.assumption =
      fmt::format("assumed from cores and utilisation: {} when busy (from {})", names, sources);
  return model;
}

bool is_x86(const Processor& processor) {
  return processor.arm_parts.empty() && processor.core_name.empty() && !processor.model_name.empty();
}

Model model_of(const Processor& processor, const Environment& environment, bool clock_is_told) {
  if (!is_x86(processor)) return model_of_cores(processor, environment);
  Model model;
  model.device_name = processor.model_name;
  auto& cpu = model.cpu;
  cpu.kind = hardware::cpu_class_of(processor.model_name);
  cpu.design = hardware::cpu_design_of(processor.model_name);
  describe_cores(processor, cpu);
  const auto origin = describe_tdp(processor, model);
  if (!processor.virtual_machine) {
    cpu.sleeps = package_can_sleep(environment);
    cpu.power_limit = package_power_limit(environment);
  }
  model.clock_ghz = expected_clock_ghz(environment, processor).value_or(assumed_clock_ghz(cpu));
  model.assumption = fmt::format(
      "modelled from utilisation and clock; {} core{}, {:.1f} GHz under load{}; {}", cpu.cores,
      cpu.cores == 1 ? "" : "s", model.clock_ghz, clock_is_told ? " until the kernel tells it" : "", origin);
  return model;
}

/// Adds the modelled power up as a counter, so that the mean utilisation of an interval counts for exactly
/// that interval.
class ModelledCpu : public Sensor {
 public:
  /// `busy` may be nullptr.
  ModelledCpu(CpuUsage usage, Model model, std::unique_ptr<BusyClock> busy, const Environment& environment)
      : usage_(std::move(usage)),
        model_(std::move(model)),
        clock_(environment.clock),
        last_look_(clock_->steady()),
        last_(last_look_) {
    if (busy) watch_.emplace(std::move(busy), clock_interval);
    power_ = power_at(usage_.utilisation().value_or(0));
    Channel channel;
    channel.name = "cpu_modelled_energy";
    channel.sensor = "modelled_cpu";
    channel.quantity = trace::Quantity::energy;
    channel.behaviour = trace::Behaviour::counter;
    channel.component = trace::Component::cpu;
    channel.device_name = model_.device_name;
    channel.resolution = joules_per_count;
    channel.update_period = shortest_interval;
    channel.provenance = Provenance::modelled;
    channel.relative_uncertainty = model_.uncertainty;
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
    if (watch_) watch_->ask(now);
    // If the previous reading is too recent, as at the end of a run, the power is assumed to be unchanged.
    used_ += power_ * (now - last_);
    last_ = now;
    readings[0] = trace::RawValue(static_cast<std::uint64_t>(used_.value() / joules_per_count));
  }

 private:
  [[nodiscard]] Watts power_at(double utilisation) const {
    const auto told = watch_ ? watch_->ghz() : std::nullopt;
    if (model_.cores) return hardware::core_power(*model_.cores, utilisation, told);
    return hardware::cpu_power(model_.cpu, utilisation, told.value_or(model_.clock_ghz));
  }

  CpuUsage usage_;
  Model model_;
  const Clock* clock_;
  SteadyTime last_look_;
  SteadyTime last_;
  Watts power_{0};
  std::optional<ClockWatch> watch_;
  Joules used_{0};
  std::vector<Channel> channels_;
};

Result<std::unique_ptr<Sensor>> open_modelled_cpu(const Environment& environment) {
  const auto processor = read_processor(environment);
  if (!processor) return propagate(processor.error());
  auto usage = CpuUsage::open(environment);
  if (!usage) return propagate(usage.error());
  auto busy = BusyClock::open(environment);
  auto model = model_of(*processor, environment, busy != nullptr);
  return std::make_unique<ModelledCpu>(std::move(*usage), std::move(model), std::move(busy), environment);
}

Finding probe_modelled_cpu(const Environment& environment) {
  return finding_of(open_modelled_cpu(environment), "mount -t proc proc /proc");
}

constexpr ChannelDescription modelled_cpu_channels[] = {
    {"cpu_modelled_energy", trace::Quantity::energy, trace::Component::cpu, shortest_interval},
};

}  // namespace

extern const SensorType modelled_cpu_sensor{
    .name = "modelled_cpu",
    .description = "CPU power modelled from cores, clock and utilisation, where no meter can be read",
    .lane = Lane::fast,
    .shortest_interval = shortest_interval,
    .stands_in_for = trace::Component::cpu,
    .probe = probe_modelled_cpu,
    .open = open_modelled_cpu,
    .channels = modelled_cpu_channels,
    .needs = "`/proc/stat` and `/proc/cpuinfo`; used only where nothing measures the CPU",
    .pitfalls =
        "a model with a wide interval, wider still on a virtual machine and where the CPU is not in the "
        "catalogue; not x86: published watts per core; [cpu-model.md](cpu-model.md) has its formulas",
};

}  // namespace joulecast::sensors
