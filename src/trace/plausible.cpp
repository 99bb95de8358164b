#include "trace/plausible.hpp"

#include <cmath>

namespace joulecast::trace {
namespace {

/// Power may exceed the limit for a short time, and a counter that moves every 100 ms shows more when it is
/// read more often.
constexpr double most_of_limit = 3;

}  // namespace

Watts most_of(Component component, std::optional<Watts> limit) {
  if (limit && *limit > Watts{0}) return *limit * most_of_limit;
  switch (component) {
    case Component::gpu:
      return Watts{3000};
    case Component::cpu:
      return Watts{1000};
    case Component::dram:
      return Watts{500};
    case Component::node:
    case Component::other:
      return Watts{50'000};
    case Component::process:
      break;
  }
  return Watts{0};
}

bool always_draws_power(const Channel& channel) {
  const bool whole = channel.component == Component::gpu || channel.component == Component::cpu ||
                     channel.component == Component::node;
  return whole && channel.quantity == Quantity::power && channel.provenance == Provenance::measured &&
         channel.contained_in.empty() && !channel.may_be_off;
}

bool can_be(const Channel& channel, double value) {
  if (!std::isfinite(value)) return false;
  if (channel.quantity == Quantity::temperature) return true;
  if (value < 0 || (value == 0 && always_draws_power(channel))) return false;
  const bool bounded = channel.quantity == Quantity::power && channel.plausible_maximum > Watts{0};
  return !bounded || value <= channel.plausible_maximum.value();
}

}  // namespace joulecast::trace
