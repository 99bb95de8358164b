// AMD GPUs through ROCm SMI: the energy accumulator, audited against power.
// https://rocm.docs.amd.com/projects/rocm_smi_lib, rocm_smi.h
#include "sensors/support/counter_audit.hpp"
#include "sensors/support/dynamic_library.hpp"
#include "sensors/support/gpu_cards.hpp"
#include "sensors/support/rocm_visible.hpp"

namespace joulecast::sensors {
namespace {
using trace::Channel;

constexpr Watts most_of_a_card{2500};

/// The functions that we call; all return 0 when they succeed.
struct Functions {
  int (*init)(std::uint64_t flags) = nullptr;
  int (*shutdown)() = nullptr;
  int (*device_count)(std::uint32_t*) = nullptr;
  int (*energy_count)(std::uint32_t, std::uint64_t* count, float* microjoules,
                      std::uint64_t* time_ns) = nullptr;
  int (*power_average)(std::uint32_t, std::uint32_t sensor, std::uint64_t* microwatts) = nullptr;
  int (*power)(std::uint32_t, std::uint64_t* microwatts, int* type) = nullptr;  ///< newer boards
  int (*pci_id)(std::uint32_t, std::uint64_t*) = nullptr;
  int (*unique_id)(std::uint32_t, std::uint64_t*) = nullptr;
  int (*device_id)(std::uint32_t, std::uint16_t*) = nullptr;
  int (*memory_total)(std::uint32_t, int type, std::uint64_t* bytes) = nullptr;
};

/// domain in the upper half, then bus, device and function.
std::string pci_address(std::uint64_t id) {
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", id >> 32, id >> 8 & 0xff, id >> 3 & 0x1f, id & 7);
}

class Rocm : public Sensor {
 public:
  Rocm(DynamicLibrary library, const Clock& clock) : library_(std::move(library)), clock_(&clock) {
    library_.bind(calls_.init, "rsmi_init");
    library_.bind(calls_.shutdown, "rsmi_shut_down");
    library_.bind(calls_.device_count, "rsmi_num_monitor_devices");
    library_.bind(calls_.energy_count, "rsmi_dev_energy_count_get");
    library_.bind(calls_.power_average, "rsmi_dev_power_ave_get");
    library_.bind(calls_.power, "rsmi_dev_power_get");
    library_.bind(calls_.pci_id, "rsmi_dev_pci_id_get");
    library_.bind(calls_.unique_id, "rsmi_dev_unique_id_get");
    library_.bind(calls_.device_id, "rsmi_dev_id_get");
    library_.bind(calls_.memory_total, "rsmi_dev_memory_total_get");
  }
  ~Rocm() override {
    if (started_) calls_.shutdown();
  }
  Rocm(const Rocm&) = delete;
  Rocm& operator=(const Rocm&) = delete;

  [[nodiscard]] Status start() {
    if (!calls_.init || !calls_.shutdown || !calls_.device_count || !calls_.energy_count || !calls_.pci_id)
      return fail(ErrorKind::unavailable, "ROCm SMI", "too old: it has no energy counter");
    if (const int error = calls_.init(0); error != 0)
      return fail(ErrorKind::unavailable, "ROCm SMI", "it does not start (code {})", error);
    started_ = true;
    return {};
  }

  [[nodiscard]] std::vector<VisibleDevice> devices() const {
    std::uint32_t count = 0;
    if (calls_.device_count(&count) != 0) return {};
    std::vector<VisibleDevice> found(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      std::uint64_t id = 0;
      if (calls_.unique_id && calls_.unique_id(i, &id) == 0) found[i].uuid = fmt::format("GPU-{:016x}", id);
    }
    return found;
  }

  /// Adds a GPU; one that cannot be measured as missing.
  void add(std::uint32_t index, const std::string& note) {
    std::uint64_t pci = 0;
    const bool has_address = calls_.pci_id(index, &pci) == 0;
    auto base = gpu_channel("rocm", "amdgpu", index, has_address ? pci_address(pci) : std::to_string(index));
    base.note = note;
    std::uint64_t count = 0, time = 0;
    float microjoules = 0;
    const int error = calls_.energy_count(index, &count, &microjoules, &time);
    if (error == 0 && microjoules > 0 && has_address) {
      // On a board with two dies the first one counts for both, and the second counts nothing.
      const bool silent = count == 0 && power_of(index).value_or(Watts{0}) == Watts{0};
      if (silent && !is_two_die_board(index))
        unmeasured_.push_back(unmeasured_channel(base, "its energy counter and its power are at 0"));
      if (!silent) add_counter(index, std::move(base), static_cast<double>(microjoules) * 1e-6);
    } else if (!is_integrated(index)) {
      unmeasured_.push_back(unmeasured_channel(base, fmt::format("no energy counter (code {})", error)));
    }
  }
  /// Ends the list of GPUs: the missing ones come last. False if none is measured.
  [[nodiscard]] bool complete() {
    const bool measures = !channels_.empty();
    channels_.insert(channels_.end(), unmeasured_.begin(), unmeasured_.end());
    return measures;
  }

  [[nodiscard]] const std::vector<Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    for (std::size_t i = 0; i < gpus_.size(); ++i) readings[i] = read_gpu(gpus_[i], channels_[i]);
  }

 private:
  struct Gpu {
    std::uint32_t index;
    CounterAudit audit;
  };

  void add_counter(std::uint32_t index, Channel channel, double joules_per_count) {
    channel.name += "energy";
    channel.quantity = trace::Quantity::energy;
    channel.behaviour = trace::Behaviour::counter;
    channel.resolution = joules_per_count;
    channel.update_period = Seconds{0.001};
    channel.plausible_maximum = most_of_a_card;
    channel.relative_uncertainty = 0.05;
    gpus_.push_back({index, CounterAudit(channel.resolution)});
    channels_.push_back(std::move(channel));
  }

  /// A library that is too old to tell is believed to have found one.
  [[nodiscard]] bool is_two_die_board(std::uint32_t index) const {
    std::uint16_t id = 0;
    return !calls_.device_id || calls_.device_id(index, &id) != 0 || is_two_die_gpu(id);
  }

  [[nodiscard]] bool is_integrated(std::uint32_t index) const {
    constexpr int of_the_board = 0;
    std::uint64_t bytes = 0;
    return calls_.memory_total && calls_.memory_total(index, of_the_board, &bytes) == 0 &&
           is_integrated_gpu(bytes);
  }

  [[nodiscard]] std::optional<Watts> power_of(std::uint32_t index) const {
    std::uint64_t microwatts = 0;
    int type = 0;
    const bool known = (calls_.power_average && calls_.power_average(index, 0, &microwatts) == 0) ||
                       (calls_.power && calls_.power(index, &microwatts, &type) == 0);
    return known ? std::optional(Watts{static_cast<double>(microwatts) * 1e-6}) : std::nullopt;
  }

  [[nodiscard]] ChannelReading read_gpu(Gpu& gpu, const Channel& channel) const {
    std::uint64_t count = 0, time = 0;
    float microjoules = 0;
    if (const int error = calls_.energy_count(gpu.index, &count, &microjoules, &time); error != 0)
      return fail(ErrorKind::retry, channel.name, "ROCm SMI code {}", error);
    if (const auto power = power_of(gpu.index)) gpu.audit.observe(clock_->steady(), count, *power);
    if (!gpu.audit.trusted())
      return fail(ErrorKind::gone, channel.name,
                  "the counter is not trusted: {:.0f} J where power makes {:.0f} J",
                  gpu.audit.by_counter().value(), gpu.audit.by_power().value());
    return trace::RawValue(count);
  }

  DynamicLibrary library_;
  Functions calls_;
  const Clock* clock_;
  bool started_ = false;
  std::vector<Gpu> gpus_;
  std::vector<Channel> channels_;
  std::vector<Channel> unmeasured_;
};

/// The library itself says so on standard error, which is the measured program's.
bool has_no_graphics(const Environment& environment) {
  constexpr const char* usual_name = "librocm_smi64.so";
  std::error_code ignored;
  return environment.library(usual_name) == usual_name &&  // and no fake
         !std::filesystem::exists(environment.roots.sys / "class/drm", ignored);
}

/// Each ROCm release has its own version in the library's name.
Result<DynamicLibrary> load(const Environment& environment) {
  if (has_no_graphics(environment))
    return fail(ErrorKind::unavailable, "ROCm SMI", "this machine has no graphics device");
  Result<DynamicLibrary> library = fail(ErrorKind::unavailable, "ROCm SMI", "not installed");
  for (const char* name : {"librocm_smi64.so.7", "librocm_smi64.so.6", "librocm_smi64.so.5",
                           "librocm_smi64.so.1", "librocm_smi64.so"}) {
    library = DynamicLibrary::open(environment.library(name));
    if (library) break;
  }
  return library;
}

Result<std::unique_ptr<Sensor>> open_rocm(const Environment& environment) {
  auto library = load(environment);
  if (!library) return propagate(library.error());
  auto sensor = std::make_unique<Rocm>(std::move(*library), *environment.clock);
  if (auto started = sensor->start(); !started) return propagate(started.error());
  const auto devices = sensor->devices();
  if (devices.empty()) return fail(ErrorKind::unavailable, "ROCm SMI", "it lists no GPU");
  const auto selection = select_rocm_devices(environment, devices);
  if (!selection) return propagate(selection.error());
  for (const auto i : selection->indices) sensor->add(static_cast<std::uint32_t>(i), selection->note);
  if (!sensor->complete())
    return fail(ErrorKind::unavailable, "ROCm SMI", "these GPUs have no energy counter");
  return sensor;
}

Finding probe_rocm(const Environment& environment) {
  const auto opened = open_rocm(environment);
  bool board = false;
  for (const auto& card : entries(environment.roots.sys / "class/drm", "card"))
    board = board || first_line(card / "device/vendor") == "0x1002";
  return finding_of(opened, !opened && board ? "sudo apt install librocm-smi64-1" : "");
}

constexpr ChannelDescription rocm_channels[] = {
    {"amdgpu<N>_energy", trace::Quantity::energy, trace::Component::gpu, Seconds{0.001}},
};

}  // namespace

extern const SensorType rocm_sensor{
    .name = "rocm",
    .description = "AMD GPUs: energy counter, through ROCm SMI",
    .lane = Lane::gpu,
    .shortest_interval = Seconds{0.01},
    .probe = probe_rocm,
    .open = open_rocm,
    .channels = rocm_channels,
    .needs = "an AMD GPU and ROCm SMI (`librocm_smi64.so`)",
    .pitfalls =
        "some boards' counters stand still, run backward or at a wrong rate: each is checked against power, "
        "and dropped where they disagree",
};

}  // namespace joulecast::sensors
