#include "sampling/energy_history.hpp"

#include <algorithm>

namespace joulecast::sampling {
namespace {

constexpr std::size_t most_readings = 4096;

}  // namespace

void EnergyHistory::add(double time, double energy, double power) {
  if (readings_.size() == most_readings) {
    // Drops every other reading of the older half, but keeps the first.
    auto kept = readings_.begin();
    for (std::size_t i = 0; i < readings_.size(); i += i < most_readings / 2 ? 2 : 1) *kept++ = readings_[i];
    readings_.erase(kept, readings_.end());
  }
  const bool passes_zero = !readings_.empty() && readings_.back().time < 0 && time >= 0;
  readings_.push_back({time, energy, power});
  if (passes_zero) at_zero_ = *since_first(0);
}

std::optional<double> EnergyHistory::energy_until(double time) const {
  const auto energy = since_first(time);
  return energy ? std::optional{std::max(0.0, *energy - at_zero_)} : std::nullopt;
}

std::optional<double> EnergyHistory::since_first(double time) const {
  if (readings_.empty() || time > readings_.back().time) return std::nullopt;
  const auto after = std::ranges::lower_bound(readings_, time, {}, &Reading::time);
  if (after == readings_.begin()) return 0;
  const auto& a = *std::prev(after);
  const auto& b = *after;
  double share = (time - a.time) / (b.time - a.time);
  // Power changes linearly between two readings, so the share of the energy differs from the share of the
  // time.
  if (const double both = a.power + b.power; both > 0)
    share = share * (2 * a.power + (b.power - a.power) * share) / both;
  return a.energy + share * (b.energy - a.energy);
}

}  // namespace joulecast::sampling
