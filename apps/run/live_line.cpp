#include "run/live_line.hpp"

#include <map>

#include "base/text.hpp"

namespace joulecast::run {
namespace {

std::string by_component(const trace::RunEnergy& energy) {
  struct Sum {
    Joules energy{0};
    Provenance provenance = Provenance::measured;
  };
  std::map<trace::Component, Sum> sums;
  for (const auto& row : energy.components) {
    if (!row.in_total || !row.energy) continue;
    auto& sum = sums[row.component];
    sum.energy += *row.energy;
    sum.provenance = worst(sum.provenance, row.provenance);
  }
  std::string text;
  for (const auto& [component, sum] : sums) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", trace::name_of(component), to_text(sum.energy));
    if (sum.provenance != Provenance::measured) text += fmt::format(" {}", name_of(sum.provenance));
  }
  return text;
}

std::string projected(const estimate::Projection& projection, std::optional<GramsPerKilowattHour> intensity) {
  auto text = " · total " + to_text(projection.total.value);
  if (const auto& interval = projection.total.interval)
    text += fmt::format(" ({} to {})", to_text(interval->low), to_text(interval->high));
  if (intensity) text += ", " + to_text(to_kilowatt_hours(projection.total.value) * *intensity);
  if (projection.remaining_time.value > Seconds{0})
    text += ", " + to_text(projection.remaining_time.value) + " left";
  if (!projection.ready) text += " (not settled)";
  return text;
}

}  // namespace

std::string live_line(const measure::Live& live, std::optional<GramsPerKilowattHour> intensity) {
  const auto& power = live.energy.power;
  const auto& energy = live.energy.energy;
  std::string text = power ? to_text(*power) : "power unknown";
  if (energy.total) {
    text += " · " + to_text(*energy.total);
    if (const auto parts = by_component(energy); !parts.empty()) text += " (" + parts + ")";
  }
  if (live.epoch && live.total_epochs)
    text += fmt::format(" · epoch {}/{:.0f}", *live.epoch, *live.total_epochs);
  else if (live.epoch)
    text += fmt::format(" · epoch {}", *live.epoch);
  text += " · " + to_text(live.elapsed);
  if (live.projection) text += projected(*live.projection, intensity);
  return text;
}

}  // namespace joulecast::run
