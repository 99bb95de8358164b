#include "sensors/support/nvml_gpu.hpp"

#include <algorithm>

#include "sensors/support/gpu_cards.hpp"
#include "trace/plausible.hpp"

namespace joulecast::sensors {
namespace {
using trace::Behaviour;
using trace::Channel;
using trace::Quantity;

constexpr Seconds slow_period{1};  ///< the driver averages utilisation over up to a second
constexpr Seconds search_every{5};
constexpr Seconds search_for{60};
/// Boards' sensors differ in gain: by 5 % or less for most (arXiv 2312.02741), but four boards beside an
/// in-line meter told 2.7 % too much and 5, 5 and 7 % too little (JimZeyuYang/GPU_Power_Benchmark).
constexpr double gain_uncertainty = 0.1;
/// The mean of the last second is renewed every 100 ms: it stands for the moment half a second and half a
/// renewal ago. Measured beside that meter on an RTX 3090 and an RTX A5000 (0.53 to 0.57 s).
constexpr Seconds lag_of_averages{0.55};

bool is_loss(nvml::Return error) {
  return error == nvml::gpu_is_lost || error == nvml::reset_required || error == nvml::uninitialized ||
         error == nvml::driver_not_loaded || error == nvml::not_found;
}

/// Boards of the GA100 chip; "RTX A1000" and "RTX A3000" are others.
bool is_ga100(std::string_view name) {
  for (const std::string_view board : {"A100", "A800", "A30"}) {
    const auto at = name.find(board);
    const auto end = at + board.size();
    if (at != name.npos && (end == name.size() || name[end] < '0' || name[end] > '9')) return true;
  }
  return false;
}

void add_note(Channel& channel, const std::string& note) {
  channel.note += (channel.note.empty() ? "" : "; ") + note;
}

struct SlowChannel {
  const char* suffix;
  Quantity quantity;
};
constexpr SlowChannel slow_channels[] = {{"utilisation", Quantity::utilisation},
                                         {"memory_utilisation", Quantity::memory_utilisation},
                                         {"memory", Quantity::memory_used},
                                         {"temperature", Quantity::temperature},
                                         {"frequency", Quantity::frequency},
                                         {"throttled_by_power", Quantity::throttled_by_power},
                                         {"throttled_by_heat", Quantity::throttled_by_heat}};

bool is_throttled_by_power(unsigned long long events) {
  return (events & (nvml::software_power_cap | nvml::hardware_power_brake)) != 0;
}

/// Old drivers tell a hardware slowdown without its reason: heat, unless the brake is named.
bool is_throttled_by_heat(unsigned long long events) {
  const bool unnamed = (events & nvml::hardware_slowdown) != 0 && (events & nvml::hardware_power_brake) == 0;
  return unnamed || (events & (nvml::software_thermal | nvml::hardware_thermal)) != 0;
}

}  // namespace

PowerSampling power_sampling(unsigned architecture, std::string_view name, PowerSource source) {
  const bool ga100 = is_ga100(name);
  PowerSampling sampling{Seconds{0.1}, Seconds{1}, gain_uncertainty};
  if (source == PowerSource::average_field) {
    if (architecture == nvml::ampere && !ga100) sampling.lag = lag_of_averages;
    return sampling;
  }
  if (architecture < nvml::turing) {
    sampling = {Seconds{0.02}, Seconds{0.01}, 0};
  } else if (architecture == nvml::turing) {
    sampling = {Seconds{0.1}, Seconds{0.1}, 0};
  } else if (architecture == nvml::ampere && ga100) {
    sampling = {Seconds{0.1}, Seconds{0.025}, 0};
  }
  // If the averaging window is shorter than the period, part of the time is never seen.
  constexpr double unseen_uncertainty = 0.3;
  const double seen = std::min(1.0, sampling.window / sampling.period);
  sampling.uncertainty = gain_uncertainty + unseen_uncertainty * (1 - seen);
  return sampling;
}

Channel nvml_channel(std::size_t index, const VisibleDevice& device, const std::string& note) {
  auto base = gpu_channel("nvml", "gpu", index, device.uuid.empty() ? std::to_string(index) : device.uuid);
  base.device_name = device.name;
  base.note = note;
  if (device.partitioned)
    base.note += (note.empty() ? "" : "; ") + std::string("the whole GPU with all its MIG instances");
  return base;
}

NvmlGpu::NvmlGpu(const NvmlLibrary& library, nvml::Device handle, std::size_t index,
                 const VisibleDevice& device, const std::string& note,
                 const std::optional<hardware::BoardGain>& gain, std::vector<Channel>& channels)
    : handle_(handle), uuid_(device.uuid), label_(fmt::format("GPU {}", index)), gain_(gain) {
  const auto base = nvml_channel(index, device, note);
  const auto before = channels.size();
  add_power_channels(library, base, channels);
  add_slow_channels(library, base, channels);
  channel_count_ = channels.size() - before;
}

void NvmlGpu::add_power_channels(const NvmlLibrary& library, const Channel& base,
                                 std::vector<Channel>& channels) {
  const auto& calls = library.calls();
  unsigned architecture = nvml::ampere, limit = 0;
  if (calls.architecture) (void)calls.architecture(handle_, &architecture);
  const bool has_limit =
      calls.power_limit && calls.power_limit(handle_, &limit) == nvml::success && limit > 0;
  const auto most =
      trace::most_of(trace::Component::gpu, has_limit ? std::optional{Watts{limit * 1e-3}} : std::nullopt);

  unsigned long long millijoules = 0;
  has_energy_ = read_energy(calls, millijoules) == nvml::success;
  double watts = 0;
  for (const auto source : {PowerSource::average_field, PowerSource::usage}) {
    power_source_ = source;
    if ((has_power_ = read_power(calls, watts) == nvml::success)) break;
  }
  if (!measures_power())
    channels.push_back(unmeasured_channel(base, "it tells neither its energy nor its power"));
  const auto sampling = power_sampling(architecture, base.device_name, power_source_);
  if (has_energy_) {
    Channel energy = base;
    energy.name += "energy";
    energy.quantity = Quantity::energy;
    energy.behaviour = Behaviour::counter;
    energy.resolution = 1e-3;
    energy.update_period = sampling.period;
    energy.plausible_maximum = most;
    energy.relative_uncertainty = gain_uncertainty;
    if (gain_) {
      energy.resolution *= gain_->gain;
      energy.relative_uncertainty = gain_->uncertainty;
      add_note(energy, hardware::gain_note(*gain_));
    }
    channels.push_back(std::move(energy));
  }
  if (has_power_) {
    Channel power = base;
    power.name += "power";
    power.quantity = Quantity::power;
    power.update_period = sampling.period;
    power.averaging_window = sampling.window;
    power.plausible_maximum = most;
    power.relative_uncertainty = sampling.uncertainty;
    power.lag = sampling.lag;
    if (gain_) {
      power.relative_uncertainty += gain_->uncertainty - gain_uncertainty;
      add_note(power, hardware::gain_note(*gain_));
    }
    if (sampling.lag > Seconds{0})
      add_note(power, fmt::format("moved back by {:g} s: a mean that lies behind, as measured on such boards",
                                  sampling.lag.value()));
    channels.push_back(std::move(power));
  }
}

void NvmlGpu::add_slow_channels(const NvmlLibrary& library, const Channel& base,
                                std::vector<Channel>& channels) {
  for (int i = 0; i < slow_fields; ++i) {
    const auto field = static_cast<SlowField>(i);
    double value = 0;
    if (read_slow(library.calls(), field, value) != nvml::success) continue;
    Channel channel = base;
    channel.name += slow_channels[i].suffix;
    channel.quantity = slow_channels[i].quantity;
    channel.update_period = slow_period;
    channels.push_back(std::move(channel));
    slow_.push_back(field);
    slow_values_.emplace_back(trace::RawValue(value));
  }
}

nvml::Return NvmlGpu::read_energy(const nvml::Functions& calls, unsigned long long& millijoules) const {
  return calls.total_energy ? calls.total_energy(handle_, &millijoules) : nvml::not_supported;
}

nvml::Return NvmlGpu::read_power(const nvml::Functions& calls, double& watts) const {
  if (power_source_ == PowerSource::usage) {
    unsigned milliwatts = 0;
    const auto result = calls.power_usage ? calls.power_usage(handle_, &milliwatts) : nvml::not_supported;
    watts = milliwatts * 1e-3;
    return result;
  }
  if (!calls.field_values) return nvml::not_supported;
  nvml::FieldValue value{};
  value.field = nvml::field_power_average;
  value.scope = nvml::scope_gpu;
  if (const auto result = calls.field_values(handle_, 1, &value); result != nvml::success) return result;
  if (value.result != nvml::success) return value.result;
  watts = value.value.u * 1e-3;
  return value.value_type == nvml::type_unsigned ? nvml::success : nvml::not_supported;
}

nvml::Return NvmlGpu::read_slow(const nvml::Functions& calls, SlowField field, double& value) const {
  nvml::Return result = nvml::not_supported;
  unsigned number = 0;
  switch (field) {
    case utilisation:
    case memory_utilisation: {
      nvml::Utilization share{};
      if (calls.utilization) result = calls.utilization(handle_, &share);
      value = (field == utilisation ? share.gpu : share.memory) / 100.0;
      break;
    }
    case memory_used: {
      nvml::Memory memory{};
      if (calls.memory) result = calls.memory(handle_, &memory);
      value = static_cast<double>(memory.used);
      break;
    }
    case temperature:
      if (calls.temperature) result = calls.temperature(handle_, nvml::temperature_of_gpu, &number);
      value = number;
      break;
    case frequency:
      if (calls.clock) result = calls.clock(handle_, nvml::clock_of_multiprocessors, &number);
      value = number * 1e6;
      break;
    case throttled_by_power:
    case throttled_by_heat: {
      unsigned long long events = 0;
      if (calls.clocks_events) result = calls.clocks_events(handle_, &events);
      value = field == throttled_by_power ? is_throttled_by_power(events) : is_throttled_by_heat(events);
      break;
    }
    case slow_fields:
      break;
  }
  return result;
}

Failure NvmlGpu::failure(const NvmlLibrary& library, nvml::Return error) {
  if (is_loss(error)) lost_ = true;
  return fail(error == nvml::not_supported ? ErrorKind::gone : ErrorKind::retry, label_, "{}",
              library.describe(error));
}

void NvmlGpu::look_for_it(NvmlLibrary& library, SteadyTime now) {
  if (!lost_since_) lost_since_ = now;
  if (last_search_ && now - *last_search_ < search_every) return;
  // At first it is only looked up by its UUID, since its index may have changed. Later NVML is started anew,
  // since a reloaded driver does not know our handles.
  if (last_search_) (void)library.restart();
  last_search_ = now;
  if (const auto found = library.find(uuid_)) handle_ = *found;
}

void NvmlGpu::read(NvmlLibrary& library, SteadyTime now, std::span<ChannelReading> readings) {
  if (lost_since_ && now - *lost_since_ > search_for) {
    for (auto& reading : readings)
      reading = fail(ErrorKind::gone, label_, "lost, and not back within a minute");
    return;
  }
  if (lost_) look_for_it(library, now);
  lost_ = false;
  std::size_t at = measures_power() ? 0 : 1;  // a missing channel is not read
  if (has_energy_) {
    unsigned long long millijoules = 0;
    const auto result = read_energy(library.calls(), millijoules);
    readings[at] = result == nvml::success ? ChannelReading(trace::RawValue(std::uint64_t{millijoules}))
                                           : failure(library, result);
    ++at;
  }
  if (has_power_) {
    double watts = 0;
    const auto result = read_power(library.calls(), watts);
    watts *= gain_ ? gain_->gain : 1;
    readings[at] =
        result == nvml::success ? ChannelReading(trace::RawValue(watts)) : failure(library, result);
    ++at;
  }
  const bool refresh = !slow_read_ || now - *slow_read_ >= slow_period * 0.9;
  read_slow_fields(library, readings.subspan(at), refresh && !lost_);
  if (refresh) slow_read_ = now;
  if (!lost_) lost_since_ = last_search_ = std::nullopt;
}

void NvmlGpu::read_slow_fields(const NvmlLibrary& library, std::span<ChannelReading> readings, bool refresh) {
  for (std::size_t i = 0; i < slow_.size(); ++i) {
    if (refresh) {
      double value = 0;
      const auto result = read_slow(library.calls(), slow_[i], value);
      slow_values_[i] =
          result == nvml::success ? ChannelReading(trace::RawValue(value)) : failure(library, result);
    }
    readings[i] = lost_ ? fail(ErrorKind::retry, label_, "lost") : slow_values_[i];
  }
}

}  // namespace joulecast::sensors
