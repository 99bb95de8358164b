#include "measure/clock_watch.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"

namespace joulecast::measure {
namespace {

/// Clock corrections by NTP and the time between two clock readings stay below this.
constexpr Seconds noticeable{1};

}  // namespace

ClockWatch::ClockWatch(const Clock& clock) : clock_(&clock), last_(now()) {}

ClockWatch::Moment ClockWatch::now() const {
  return {clock_->steady(), clock_->wall(), clock_->suspended()};
}

std::vector<std::string> ClockWatch::look() {
  const auto current = now();
  const auto slept = current.suspended - last_.suspended;
  const auto stepped = (current.wall - last_.wall) - (current.steady - last_.steady) - slept;
  std::vector<std::string> lines;
  if (slept > noticeable)
    lines.push_back(
        fmt::format("the machine was suspended for {}: this is no part of the run's time", to_text(slept)));
  if (std::abs(stepped.value()) > noticeable.value())
    lines.push_back(fmt::format("the wall clock was set {} by {}: the run's times are not affected",
                                stepped > Seconds{0} ? "forward" : "back",
                                to_text(Seconds{std::abs(stepped.value())})));
  last_ = current;
  return lines;
}

}  // namespace joulecast::measure
