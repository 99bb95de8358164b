// One NVIDIA GPU: its channels, and reading them even when it is lost and comes back.
#pragma once

#include "hardware/board_gain.hpp"
#include "sensors/support/nvml_library.hpp"

namespace joulecast::sensors {

/// How a board measures its power. Periods and windows: Yang et al., arXiv 2312.02741.
struct PowerSampling {
  Seconds period{0};
  Seconds window{0};
  double uncertainty = 0;  ///< of energy integrated from it, as a share
  /// How far its values lie behind, where that was measured for the family of boards; else 0.
  Seconds lag{0};
};
enum class PowerSource { average_field, usage };
[[nodiscard]] PowerSampling power_sampling(unsigned architecture, std::string_view name, PowerSource source);

/// What all channels of a GPU share.
[[nodiscard]] trace::Channel nvml_channel(std::size_t index, const VisibleDevice& device,
                                          const std::string& note);

class NvmlGpu {
 public:
  /// Asks which quantities the GPU has and appends a channel for each. One without energy and power gets a
  /// missing channel in their place.
  /// `gain` was measured for this board.
  NvmlGpu(const NvmlLibrary& library, nvml::Device handle, std::size_t index, const VisibleDevice& device,
          const std::string& note, const std::optional<hardware::BoardGain>& gain,
          std::vector<trace::Channel>& channels);

  [[nodiscard]] bool measures_power() const { return has_energy_ || has_power_; }
  /// Reads its channels. A lost GPU is looked for again under its UUID for a minute, then it is gone.
  void read(NvmlLibrary& library, SteadyTime now, std::span<ChannelReading> readings);

 private:
  enum SlowField {
    utilisation,
    memory_utilisation,
    memory_used,
    temperature,
    frequency,
    throttled_by_power,
    throttled_by_heat,
    slow_fields
  };
  void add_power_channels(const NvmlLibrary& library, const trace::Channel& base,
                          std::vector<trace::Channel>& channels);
  void add_slow_channels(const NvmlLibrary& library, const trace::Channel& base,
                         std::vector<trace::Channel>& channels);
  [[nodiscard]] nvml::Return read_energy(const nvml::Functions& calls, unsigned long long& millijoules) const;
  [[nodiscard]] nvml::Return read_power(const nvml::Functions& calls, double& watts) const;
  [[nodiscard]] nvml::Return read_slow(const nvml::Functions& calls, SlowField field, double& value) const;
  void read_slow_fields(const NvmlLibrary& library, std::span<ChannelReading> readings, bool refresh);
  [[nodiscard]] Failure failure(const NvmlLibrary& library, nvml::Return error);
  void look_for_it(NvmlLibrary& library, SteadyTime now);

  nvml::Device handle_;
  std::string uuid_;
  std::string label_;
  PowerSource power_source_ = PowerSource::usage;
  std::optional<hardware::BoardGain> gain_;
  bool has_energy_ = false;
  bool has_power_ = false;
  std::size_t channel_count_ = 0;
  std::vector<SlowField> slow_;
  std::vector<ChannelReading> slow_values_;  ///< of the last look, once a second
  std::optional<SteadyTime> slow_read_;
  bool lost_ = false;
  std::optional<SteadyTime> lost_since_;
  std::optional<SteadyTime> last_search_;
};

}  // namespace joulecast::sensors
