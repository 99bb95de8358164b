#include "formats/support/spike_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace joulecast::formats {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
/// Above the limit of every board in the catalogue.
constexpr double above_any_board = 1500;
/// What a power of which nothing else is known may be: a whole machine's, which wakes up.
constexpr double above_any_waking = 10;

}  // namespace

SpikeWatch::SpikeWatch(const trace::Channel& channel) : name_(channel.name) {
  if (channel.quantity != trace::Quantity::power) return;
  least_ = channel.component == trace::Component::node ? 2 * above_any_board : above_any_board;
  ratio_ = channel.component == trace::Component::gpu ? 3 : above_any_waking;
}

bool SpikeWatch::passes(std::span<const double> values) {
  if (held_) return false;
  if (std::ranges::any_of(values, [&](double value) { return value > least_; })) return false;
  const auto last = std::find_if(values.rbegin(), values.rend(), [](double v) { return !std::isnan(v); });
  if (last != values.rend()) before_ = *last;
  return true;
}

void SpikeWatch::take(Reading reading, std::vector<Reading>& out) {
  judge(std::isnan(reading.value) ? std::nullopt : std::optional(reading.value), out);
  if (reading.value > least_ && (!before_ || reading.value > ratio_ * *before_)) {
    held_ = reading;
    return;
  }
  out.push_back(reading);
  if (!std::isnan(reading.value)) before_ = reading.value;
}

void SpikeWatch::judge(std::optional<double> next, std::vector<Reading>& out) {
  if (!held_) return;
  auto reading = *std::exchange(held_, std::nullopt);
  const bool falls = next ? reading.value > ratio_ * *next : before_.has_value();
  if (falls) {
    told_.push_back(fmt::format("{}: {:.10g} W in a single reading, {:.10g} W {} it", name_, reading.value,
                                before_.value_or(next.value_or(0)), before_ ? "before" : "behind"));
    reading.value = missing;
  } else {
    before_ = reading.value;
  }
  out.push_back(reading);
}

}  // namespace joulecast::formats
