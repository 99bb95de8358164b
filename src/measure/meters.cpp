#include "measure/meters.hpp"

#include <chrono>
#include <thread>

namespace joulecast::measure {

Meters::Meters(sensors::SensorSelection selection, Seconds interval, const Clock& clock)
    : late_(std::move(selection.late)),
      refused_(std::move(selection.refused)),
      clock_(clock),
      sampler_(std::move(selection.opened), sampling::SamplerOptions{interval}, clock) {}

const std::vector<sampling::RawSample>& Meters::drain() {
  samples_.clear();
  sampler_.drain(samples_);
  return samples_;
}

std::optional<Watts> Meters::mean_power(Seconds duration, const std::function<bool()>& stop) {
  trace::NullSink nowhere;
  sampling::Recorder recorder(sampler_, clock_.steady(), nowhere);
  const auto until = clock_.steady() + duration;
  while (clock_.steady() < until && !stop()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    recorder.take(drain());
  }
  const auto& live = recorder.live();
  if (!live.energy.total || live.until <= Seconds{0}) return std::nullopt;
  return *live.energy.total / live.until;
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
