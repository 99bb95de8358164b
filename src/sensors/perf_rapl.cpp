// RAPL through perf events, for machines on which the powercap files are not readable but perf may be used.
// See /sys/bus/event_source/devices/power, perf_event_open(2) and the kernel's arch/x86/events/rapl.c.
#include <linux/perf_event.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "base/system_error.hpp"
#include "base/text.hpp"
#include "sensors/support/file_sensor.hpp"
#include "sensors/support/processor.hpp"

namespace joulecast::sensors {
namespace {
namespace fs = std::filesystem;
using trace::Channel;
using trace::Component;

constexpr Watts most_of_a_package{1000};

struct Domain {
  std::string_view event;
  std::string_view part;  ///< of the channel's name
  Component component;
};
constexpr Domain domains[] = {{"energy-pkg", "package", Component::cpu},
                              {"energy-cores", "core", Component::cpu},
                              {"energy-ram", "dram", Component::dram}};

/// "event=0x02" -> 2
std::optional<std::uint64_t> event_code(const fs::path& file) {
  const auto line = first_line(file);
  constexpr std::string_view key = "event=0x";
  if (!line || !line->starts_with(key)) return std::nullopt;
  std::uint64_t code = 0;
  for (const char c : line->substr(key.size())) {
    const auto digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    code = code * 16 + digit;
  }
  return code;
}

/// "0,16" or "0-1,8": one CPU for each package.
std::vector<int> cpus_of(const fs::path& mask) {
  std::vector<int> cpus;
  const auto line = first_line(mask);
  if (!line) return cpus;
  for (const auto part : split(*line, ',')) {
    const auto ends = split(part, '-');
    const auto first = parse_uint(ends.front()), last = parse_uint(ends.back());
    for (auto cpu = first; first && last && *cpu <= *last; ++*cpu) cpus.push_back(static_cast<int>(*cpu));
  }
  return cpus;
}

/// Which package (and die, where a package has several) each CPU of the mask speaks for: "0", "1-die-0".
std::vector<std::pair<int, std::string>> packages(const Environment& environment, const fs::path& pmu) {
  std::vector<std::pair<int, std::string>> found;
  std::map<std::uint64_t, int> dies;
  const auto topology = [&](int cpu, const char* what) {
    return number_in(environment.roots.sys / fmt::format("devices/system/cpu/cpu{}/topology/{}", cpu, what));
  };
  const auto cpus = cpus_of(pmu / "cpumask");
  for (const int cpu : cpus) ++dies[topology(cpu, "physical_package_id").value_or(0)];
  for (const int cpu : cpus) {
    const auto package = topology(cpu, "physical_package_id").value_or(0);
    std::string name = std::to_string(package);
    if (dies[package] > 1) name += fmt::format("-die-{}", topology(cpu, "die_id").value_or(0));
    found.emplace_back(cpu, std::move(name));
  }
  return found;
}

struct Event {
  perf_event_attr attributes{};
  std::string package;
  Descriptor descriptor;
  std::uint64_t last = 0;
  std::uint64_t before_reopening = 0;  ///< a new event counts from 0, and this is added to it
};

class PerfRapl : public Sensor {
 public:
  PerfRapl(const Environment& environment, fs::path pmu) : environment_(environment), pmu_(std::move(pmu)) {}

  [[nodiscard]] Status add(Channel channel, Event event, int cpu) {
    if (auto opened = open_on(event, cpu); !opened) return opened;
    channels_.push_back(std::move(channel));
    events_.push_back(std::move(event));
    return {};
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    for (std::size_t i = 0; i < events_.size(); ++i) {
      auto value = read_event(events_[i]);
      if (!value && value.error().kind == ErrorKind::gone && reopen(events_[i]))
        value = read_event(events_[i]);
      readings[i] = value ? ChannelReading(trace::RawValue(*value)) : propagate(value.error());
    }
  }

 private:
  [[nodiscard]] Status open_on(Event& event, int cpu) const {
    event.descriptor.reset(environment_.perf_event_open(&event.attributes, cpu));
    if (event.descriptor) return {};
    return fail(kind_of_errno(errno), pmu_.string(), "perf event refused: {}", std::strerror(errno));
  }

  [[nodiscard]] Result<std::uint64_t> read_event(Event& event) const {
    std::uint64_t count = 0;
    const auto got = environment_.read(event.descriptor.get(), &count, sizeof count);
    if (got < 0) return reading_failure(errno, pmu_);
    if (got == 0) return reading_failure(ENODEV, pmu_);  // the event is in error: its CPU was unplugged
    event.last = event.before_reopening + count;
    return event.last;
  }

  /// When a CPU is unplugged the kernel names another one of its package in the mask.
  [[nodiscard]] bool reopen(Event& event) const {
    for (const auto& [cpu, package] : packages(environment_, pmu_)) {
      if (package != event.package || !open_on(event, cpu)) continue;
      event.before_reopening = event.last;
      return true;
    }
    return false;
  }

  Environment environment_;
  fs::path pmu_;
  std::vector<Event> events_;
  std::vector<Channel> channels_;
};

/// The kernel extends the 32-bit hardware counter to 64 bits. If it missed a wrap, the count falls by the
/// hardware's range. powercap reports this range even to users who may not read its counter.
std::uint64_t hardware_range(const Environment& environment, Component component, double scale) {
  const auto zone = environment.roots.sys / "class/powercap" /
                    (component == Component::dram ? "intel-rapl:0:0" : "intel-rapl:0");
  const auto name = first_line(zone / "name").value_or("");
  if (component == Component::dram ? name != "dram" : !name.starts_with("package")) return 0;
  const auto microjoules = number_in(zone / "max_energy_range_uj").value_or(0);
  return static_cast<std::uint64_t>(static_cast<double>(microjoules) * 1e-6 / scale);
}

Channel channel_of(const Domain& domain, const std::string& package, double scale,
                   const Environment& environment) {
  Channel channel;
  const bool dram = domain.component == Component::dram, part = domain.part == "core";
  channel.name = dram ? "dram" + package : fmt::format("cpu{}_{}", package, domain.part);
  channel.sensor = "perf_rapl";
  channel.quantity = trace::Quantity::energy;
  channel.behaviour = trace::Behaviour::counter;
  channel.component = domain.component;
  channel.device = part ? package + "-core" : package;
  channel.resolution = scale;
  channel.update_period = Seconds{0.001};
  channel.wrap_range = hardware_range(environment, domain.component, scale);
  channel.plausible_maximum = most_of_a_package;
  if (part) channel.contained_in = fmt::format("cpu{}_package", package);
  channel.note = fmt::format("perf event {}", domain.event);
  return channel;
}

Result<std::unique_ptr<Sensor>> open_perf_rapl(const Environment& environment) {
  const auto pmu = environment.roots.sys / "bus/event_source/devices/power";
  const auto type = number_in(pmu / "type");
  if (!type) return fail(ErrorKind::unavailable, pmu.string(), "the kernel has no RAPL perf events here");
  auto sensor = std::make_unique<PerfRapl>(environment, pmu);
  for (const auto& domain : domains) {
    const auto code = event_code(pmu / "events" / domain.event);
    const auto text = first_line(pmu / "events" / fmt::format("{}.scale", domain.event));
    const double scale = text ? parse_double(*text).value_or(0) : 0;
    if (!code || !(scale > 0)) continue;
    for (const auto& [cpu, package] : packages(environment, pmu)) {
      Event event;
      event.attributes.size = sizeof event.attributes;
      event.attributes.type = static_cast<std::uint32_t>(*type);
      event.attributes.config = *code;
      event.package = package;
      const auto added = sensor->add(channel_of(domain, package, scale, environment), std::move(event), cpu);
      if (!added && domain.part == "package") return propagate(added.error());
    }
  }
  if (sensor->channels().empty())
    return fail(ErrorKind::unavailable, pmu.string(), "it lists no energy event that we know");
  return sensor;
}

Finding probe_perf_rapl(const Environment& environment) {
  const auto opened = open_perf_rapl(environment);
  std::string fix;
  if (!opened && opened.error().kind == ErrorKind::denied) fix = "sudo sysctl kernel.perf_event_paranoid=0";
  const auto processor = read_processor(environment);
  const bool host = processor && !processor->virtual_machine;  // a virtual machine has no such registers
  if (!opened && opened.error().kind == ErrorKind::unavailable && host) fix = "sudo modprobe rapl";
  return finding_of(opened, std::move(fix));
}

constexpr ChannelDescription perf_rapl_channels[] = {
    {"cpu<N>_package", trace::Quantity::energy, trace::Component::cpu, Seconds{0.001}},
    {"cpu<N>_core", trace::Quantity::energy, trace::Component::cpu, Seconds{0.001}},
    {"dram<N>", trace::Quantity::energy, trace::Component::dram, Seconds{0.001}},
};

}  // namespace

extern const SensorType perf_rapl_sensor{
    .name = "perf_rapl",
    .description = "RAPL energy counters of CPU packages and DRAM, through perf events",
    .lane = Lane::fast,
    .shortest_interval = Seconds{0.001},
    .yields_to = "powercap",
    .probe = probe_perf_rapl,
    .open = open_perf_rapl,
    .channels = perf_rapl_channels,
    .needs =
        "an Intel or AMD processor and the kernel's RAPL events; `CAP_PERFMON`, or "
        "`kernel.perf_event_paranoid` at 0 or less",
    .pitfalls = "used only where powercap is not; AMD has no DRAM event; the cores lie inside the package",
};

}  // namespace joulecast::sensors
