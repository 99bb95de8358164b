#include "measure/meters.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <tuple>
#include <utility>

#include "sensors/support/processor.hpp"

namespace joulecast::measure {
namespace {

/// The mean of every utilisation that is read.
class UtilisationSink final : public trace::NullSink {
 public:
  using NullSink::append;
  explicit UtilisationSink(std::vector<trace::Channel> channels)
      : channels_(std::move(channels)), sums_(channels_.size()), counts_(channels_.size()) {}

  void append(std::size_t channel, std::span<const double> /*times*/,
              std::span<const double> values) override {
    if (channel >= channels_.size() || channels_[channel].quantity != trace::Quantity::utilisation) return;
    for (const double value : values) sums_[channel] += value;
    counts_[channel] += values.size();
  }

  [[nodiscard]] std::string busy() const {
    std::string text;
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      if (counts_[i] == 0) continue;
      const double mean = sums_[i] / static_cast<double>(counts_[i]);
      if (mean <= sensors::busiest_idle) continue;
      const auto& [component, device] = std::tie(channels_[i].component, channels_[i].device);
      text += fmt::format("{}{}{}{} {:.0f} %", text.empty() ? "" : ", ", name_of(component),
                          device.empty() ? "" : " ", device, 100 * mean);
    }
    return text;
  }

 private:
  std::vector<trace::Channel> channels_;
  std::vector<double> sums_;
  std::vector<std::size_t> counts_;
};

}  // namespace

Meters::Meters(sensors::SensorSelection selection, Seconds interval, const Clock& clock)
    : late_(std::move(selection.late)),
      refused_(std::move(selection.refused)),
      clock_(clock),
      sampler_(std::move(selection.opened), sampling::SamplerOptions{interval}, clock) {}

const std::vector<sampling::RawSample>& Meters::drain() {
  samples_ = std::exchange(kept_, {});
  sampler_.drain(samples_);
  return samples_;
}

IdleLook Meters::look_at_idle(Seconds duration, const std::function<bool()>& stop) {
  UtilisationSink utilisation(sampler_.channels());
  sampling::Recorder recorder(sampler_, clock_.steady(), utilisation);
  const auto until = clock_.steady() + duration;
  while (clock_.steady() < until && !stop()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    recorder.take(drain());
  }
  sampler_.read_now(Seconds{1});
  kept_ = drain();
  recorder.take(kept_);
  IdleLook look;
  look.busy = utilisation.busy();
  const auto& live = recorder.live();
  if (live.energy.total && live.until > Seconds{0}) look.power = *live.energy.total / live.until;
  return look;
}

std::vector<std::string_view> Meters::take_late() {
  std::vector<std::string_view> names;
  std::erase_if(late_, [&](sensors::Opening& late) {
    if (!late.wait(Seconds{0})) return false;
    auto opened = late.take();
    if (opened) {
      if (auto added = sampler_.add({&late.type(), std::move(*opened)}); added)
        names.push_back(late.type().name);
      else
        refused_.push_back({&late.type(), added.error()});
    } else {
      refused_.push_back({&late.type(), opened.error()});
    }
    return true;
  });
  return names;
}

std::vector<trace::SensorStatus> Meters::statuses() {
  auto statuses = sampler_.statuses();
  const auto add = [&](const sensors::SensorType& type, const Error& error) {
    trace::SensorStatus status;
    status.sensor = type.name;
    status.reason = to_string(error);
    statuses.push_back(std::move(status));
  };
  for (const auto& [type, error] : refused_) add(*type, error);
  for (auto& late : late_) {
    const auto answer = late.take();
    add(late.type(), answer ? Error{ErrorKind::retry, "its driver answered when the command had ended", ""}
                            : answer.error());
  }
  late_.clear();
  return statuses;
}

}  // namespace joulecast::measure
