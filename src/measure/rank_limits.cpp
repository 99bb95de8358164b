#include "measure/rank_limits.hpp"

#include <algorithm>

namespace joulecast::measure {

progress::KnownLimits known_of(const Limits& limits, std::optional<int> rank) {
  const auto told = limits.told();
  return {limits_of(limits.options()), rank, told.energy, told.projected};
}

RankLimitList::Held* RankLimitList::find(const progress::RankLimits& limits) {
  const auto found = std::ranges::find_if(
      held_, [&](const Held& held) { return limits_of(held.limits.options()) == limits; });
  return found == held_.end() ? nullptr : &*found;
}

void RankLimitList::add(const progress::KnownLimits& known) {
  if (known.limits.empty() || find(known.limits) != nullptr) return;
  held_.push_back({Limits(options_of(known.limits), {known.energy_told, known.projected_told}), known.rank});
}

void RankLimitList::add(const progress::RankGreeting& greeting, std::size_t place) {
  if (greeting.limits.empty()) return;
  auto* held = find(greeting.limits);
  if (held == nullptr) held = &held_.emplace_back(Held{Limits(options_of(greeting.limits)), greeting.rank});
  held->owners.push_back(place);
}

std::vector<progress::KnownLimits> RankLimitList::known() const {
  std::vector<progress::KnownLimits> all;
  for (const auto& held : held_) all.push_back(known_of(held.limits, held.rank));
  return all;
}

}  // namespace joulecast::measure
