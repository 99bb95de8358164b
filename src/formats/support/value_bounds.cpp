#include "formats/support/value_bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace joulecast::formats {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

ValueBounds::ValueBounds(const trace::Channel& channel, ZeroWatts zero)
    : least_(channel.quantity == trace::Quantity::temperature ? -infinity : 0),
      most_(infinity),
      zero_is_missing_(channel.quantity == trace::Quantity::power && zero == ZeroWatts::missing),
      name_(channel.name),
      unit_(trace::unit_of(channel.quantity)) {
  if (of_power() && channel.plausible_maximum > Watts{0}) most_ = channel.plausible_maximum.value();
}

std::string ValueBounds::doubt(double value) const {
  const auto text = fmt::format("{}: {:.10g} {} cannot be", name_, value, unit_);
  if (value == 0) return text + ", where something is on";
  return value > most_ ? fmt::format("{}: the most is {:.10g} {}", text, most_, unit_) : text;
}

void ValueBounds::raise(Watts most) {
  most_ = std::max(most_, most.value());
}

}  // namespace joulecast::formats
