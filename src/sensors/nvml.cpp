// NVIDIA GPUs through NVML. Energy comes from the counter; power is used to check it
// (sampling/counter_check.hpp), and where there is no counter.
#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"
#include "sensors/support/gpu_cards.hpp"
#include "sensors/support/nvml_gpu.hpp"

namespace joulecast::sensors {
namespace {

constexpr std::string_view nvidia_vendor = "0x10de";

std::optional<std::string_view> variable(const Environment& environment, const char* name) {
  const char* set = environment.variable ? environment.variable(name) : nullptr;
  return set == nullptr ? std::nullopt : std::optional<std::string_view>(set);
}

/// CUDA numbers GPUs from fastest to slowest unless told otherwise, NVML by PCI bus. Among equal boards both
/// agree.
std::string numbering_note(const Environment& environment, std::string_view list,
                           std::span<const VisibleDevice> devices) {
  const bool equal =
      std::ranges::all_of(devices, [&](const auto& d) { return d.name == devices.front().name; });
  const bool by_index = list.find_first_of("0123456789") == 0 && list.find('-') == list.npos;
  if (equal || !by_index || variable(environment, "CUDA_DEVICE_ORDER") == "PCI_BUS_ID") return "";
  return "counted by PCI bus, but CUDA counts its fastest GPU first and these differ: set "
         "CUDA_DEVICE_ORDER=PCI_BUS_ID "
         "or name UUIDs";
}

/// The boards that Slurm lent to the step or the job, of which one of several ranks may see a part. They are
/// numbered as the machine's, so the list says nothing where the driver shows only some of these.
std::optional<DeviceSelection> lent_to_job(const Environment& environment, const DeviceSelection& own,
                                           std::span<const VisibleDevice> devices) {
  if (environment.local_ranks < 2) return std::nullopt;
  auto list = variable(environment, "SLURM_STEP_GPUS");
  if (!list) list = variable(environment, "SLURM_JOB_GPUS");
  if (!list) return std::nullopt;
  auto lent = visible_devices(list, devices);
  const auto is_lent = [&](std::size_t index) {
    return std::ranges::find(lent.indices, index) != lent.indices.end();
  };
  if (!lent.note.empty() || !std::ranges::all_of(own.indices, is_lent)) return std::nullopt;
  return lent;
}

Result<DeviceSelection> select(const Environment& environment, std::span<const VisibleDevice> devices) {
  if (!environment.gpus.empty()) return named_devices(environment.gpus, devices);
  const auto list = variable(environment, "CUDA_VISIBLE_DEVICES");
  auto selection = visible_devices(list, devices);
  if (selection.indices.empty() && list)
    return fail(ErrorKind::unavailable, "CUDA_VISIBLE_DEVICES", "it leaves no GPU to be used: {}",
                selection.note);
  if (!selection.note.empty()) selection.note = "CUDA_VISIBLE_DEVICES: " + selection.note;
  if (list && selection.note.empty()) selection.note = numbering_note(environment, trim(*list), devices);
  if (auto lent = lent_to_job(environment, selection, devices); lent && list) return std::move(*lent);
  return with_other_ranks(std::move(selection), environment.local_rank, environment.local_ranks,
                          devices.size());
}

class Nvml : public Sensor {
 public:
  Nvml(NvmlLibrary library, const Clock& clock, std::vector<hardware::BoardGain> gains)
      : library_(std::move(library)), clock_(&clock), gains_(std::move(gains)) {}

  /// Adds a GPU; one that cannot be opened, or that tells neither energy nor power, as missing.
  void add(std::size_t index, const VisibleDevice& device, const std::string& note) {
    nvml::Device handle = nullptr;
    const auto error = library_.calls().device_by_index(static_cast<unsigned>(index), &handle);
    if (error != nvml::success) {
      channels_.push_back(
          unmeasured_channel(nvml_channel(index, device, note), "NVML: " + library_.describe(error)));
      return;
    }
    const auto before = channels_.size();
    NvmlGpu gpu(library_, handle, index, device, note, gain_of(device.uuid), channels_);
    gpus_.push_back({std::move(gpu), before, channels_.size() - before});
  }
  [[nodiscard]] bool measures_power() const {
    return std::ranges::any_of(gpus_, [](const Slot& slot) { return slot.gpu.measures_power(); });
  }
  [[nodiscard]] const std::vector<trace::Channel>& channels() const override { return channels_; }

  void read(std::span<ChannelReading> readings) override {
    for (auto& [gpu, first, count] : gpus_)
      gpu.read(library_, clock_->steady(), readings.subspan(first, count));
  }

 private:
  struct Slot {
    NvmlGpu gpu;
    std::size_t first;
    std::size_t count;
  };
  [[nodiscard]] std::optional<hardware::BoardGain> gain_of(const std::string& uuid) const {
    const auto known = std::ranges::find(gains_, uuid, &hardware::BoardGain::uuid);
    return known == gains_.end() || uuid.empty() ? std::nullopt : std::optional(*known);
  }

  NvmlLibrary library_;
  const Clock* clock_;
  std::vector<hardware::BoardGain> gains_;
  std::vector<Slot> gpus_;
  std::vector<trace::Channel> channels_;
};

/// A file that cannot be read corrects nothing: the interval then allows for the gain.
std::vector<hardware::BoardGain> known_gains() {
  const auto file = hardware::board_gains_file();
  auto gains = file ? hardware::read_board_gains(*file) : propagate(file.error());
  return gains ? std::move(*gains) : std::vector<hardware::BoardGain>{};
}

/// Its GPU is inside the chip, and the board's monitors measure it. NVML starts there and tells nothing.
bool is_jetson(const Environment& environment) {
  const auto compatible = read_file(environment.roots.sys / "firmware/devicetree/base/compatible");
  return compatible && compatible->find("nvidia,tegra") != std::string::npos;
}

Result<std::unique_ptr<Sensor>> open_nvml(const Environment& environment) {
  auto library = NvmlLibrary::load(environment);
  if (!library) return propagate(library.error());
  const auto devices = library->devices();
  if (!devices) return propagate(devices.error());
  if (devices->empty()) return fail(ErrorKind::unavailable, "NVML", "the driver lists no GPU");
  const auto selection = select(environment, *devices);
  if (!selection) return propagate(selection.error());
  auto sensor = std::make_unique<Nvml>(std::move(*library), *environment.clock, known_gains());
  for (const auto index : selection->indices) sensor->add(index, (*devices)[index], selection->note);
  if (!sensor->measures_power() && is_jetson(environment))
    return fail(ErrorKind::unavailable, "NVML", "it tells no power on a Jetson: see the jetson sensor");
  return sensor;
}

bool has_nvidia_board(const Environment& environment) {
  for (const auto& device : entries(environment.roots.sys / "bus/pci/devices", ""))
    if (first_line(device / "vendor") == nvidia_vendor) return true;
  return false;
}

std::string fix_for(const Error& error, const Environment& environment) {
  if (error.where == "CUDA_VISIBLE_DEVICES") return "unset CUDA_VISIBLE_DEVICES";
  if (error.kind == ErrorKind::invalid) return "nvidia-smi -L";
  if (error.kind == ErrorKind::denied) return "sudo chmod a+rw /dev/nvidiactl /dev/nvidia[0-9]*";
  if (!has_nvidia_board(environment)) return "";
  return error.where == "NVML" ? "sudo modprobe nvidia" : "sudo apt install nvidia-driver";
}

Finding probe_nvml(const Environment& environment) {
  const auto opened = open_nvml(environment);
  return finding_of(opened, opened ? "" : fix_for(opened.error(), environment));
}

constexpr ChannelDescription nvml_channels[] = {
    {"gpu<N>_energy", trace::Quantity::energy, trace::Component::gpu, Seconds{0.02}, Seconds{0.1}},
    {"gpu<N>_power", trace::Quantity::power, trace::Component::gpu, Seconds{0.02}, Seconds{0.1}},
    {"gpu<N>_utilisation", trace::Quantity::utilisation, trace::Component::gpu, Seconds{1}},
    {"gpu<N>_memory_utilisation", trace::Quantity::memory_utilisation, trace::Component::gpu, Seconds{1}},
    {"gpu<N>_memory", trace::Quantity::memory_used, trace::Component::gpu, Seconds{1}},
    {"gpu<N>_temperature", trace::Quantity::temperature, trace::Component::gpu, Seconds{1}},
    {"gpu<N>_frequency", trace::Quantity::frequency, trace::Component::gpu, Seconds{1}},
    {"gpu<N>_throttled_by_power", trace::Quantity::throttled_by_power, trace::Component::gpu, Seconds{1}},
    {"gpu<N>_throttled_by_heat", trace::Quantity::throttled_by_heat, trace::Component::gpu, Seconds{1}},
};

}  // namespace

extern const SensorType nvml_sensor{
    .name = "nvml",
    .description =
        "NVIDIA GPUs: energy counter, power, utilisation, memory, temperature and clock, through NVML",
    .lane = Lane::gpu,
    .shortest_interval = Seconds{0.1},
    .probe = probe_nvml,
    .open = open_nvml,
    .channels = nvml_channels,
    .needs = "an NVIDIA GPU and its driver's `libnvidia-ml.so.1`; `/dev/nvidiactl` and `/dev/nvidia<N>`",
    .pitfalls =
        "the energy counter needs Volta or later and is held against power, which is taken where the counter "
        "is "
        "wrong; power is a mean over 1 s on most boards since Ampere; boards differ by some 5 % in gain; MIG "
        "instances report the whole GPU",
};

}  // namespace joulecast::sensors
