#include "measure/meters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <tuple>
#include <utility>

#include "measure/rank_boards.hpp"
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

/// A sensor that was opened once more for the boards of other ranks is one; the one that stands for hidden
/// boards reads nothing.
std::vector<trace::SensorStatus> one_of_each(std::vector<trace::SensorStatus> statuses) {
  std::vector<trace::SensorStatus> ones;
  for (auto& status : statuses) {
    if (status.sensor == hidden_boards_name) continue;
    const auto same = std::ranges::find(ones, status.sensor, &trace::SensorStatus::sensor);
    if (same == ones.end()) {
      ones.push_back(std::move(status));
      continue;
    }
    const auto all = static_cast<double>(same->readings + status.readings);
    if (all > 0)
      same->mean_latency = (same->mean_latency * static_cast<double>(same->readings) +
                            status.mean_latency * static_cast<double>(status.readings)) /
                           all;
    same->max_latency = std::max(same->max_latency, status.max_latency);
    same->readings += status.readings;
    same->failed_readings += status.failed_readings;
    same->used = same->used || status.used;
    if (same->reason.empty()) same->reason = std::move(status.reason);
  }
  return ones;
}

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

std::vector<Meters::Late> Meters::take_late() {
  std::vector<Late> taken;
  const auto take = [&](sensors::Opening& opening, const std::string& ranks) -> std::optional<Error> {
    auto opened = opening.take();
    if (!opened) return opened.error();
    if (auto added = sampler_.add({&opening.type(), std::move(*opened)}); !added) return added.error();
    taken.push_back({opening.type().name, ranks});
    return std::nullopt;
  };
  std::erase_if(late_, [&](sensors::Opening& late) {
    if (!late.wait(Seconds{0})) return false;
    if (const auto error = take(late, "")) refused_.push_back({&late.type(), *error});
    return true;
  });
  std::erase_if(of_ranks_, [&](OfRank& boards) {
    if (!boards.opening.wait(Seconds{0})) return false;
    if (const auto error = take(boards.opening, boards.ranks); error && error->kind != ErrorKind::unavailable)
      faults_of_ranks_.push_back(
          fmt::format("GPUs of {} are not measured: {}", boards.ranks, to_string(*error)));
    return true;
  });
  return taken;
}

void Meters::await(sensors::Opening boards, std::string ranks) {
  of_ranks_.push_back({std::move(boards), std::move(ranks)});
}

void Meters::wait_for_boards(Seconds limit) const {
  const auto until = clock_.steady() + limit;
  for (const auto& boards : of_ranks_)
    (void)boards.opening.wait(std::max(until - clock_.steady(), Seconds{0}));
}

bool Meters::is_refused(std::string_view sensor) const {
  return std::ranges::any_of(
      refused_, [&](const sensors::RefusedSensor& refused) { return refused.type->name == sensor; });
}

std::vector<trace::SensorStatus> Meters::statuses() {
  auto statuses = one_of_each(sampler_.statuses());
  const auto add = [&](const sensors::SensorType& type, const Error& error) {
    trace::SensorStatus status;
    status.sensor = type.name;
    status.reason = to_string(error);
    if (std::ranges::find(statuses, status.sensor, &trace::SensorStatus::sensor) == statuses.end())
      statuses.push_back(std::move(status));
  };
  for (const auto& [type, error] : refused_) add(*type, error);
  for (auto& late : late_) {
    const auto answer = late.take();
    add(late.type(), answer ? Error{ErrorKind::retry, "its driver answered when the command had ended", ""}
                            : answer.error());
  }
  for (auto& [opening, ranks] : of_ranks_)
    faults_of_ranks_.push_back(fmt::format("GPUs of {} are not measured: the driver did not answer", ranks));
  late_.clear();
  of_ranks_.clear();
  return statuses;
}

}  // namespace joulecast::measure
