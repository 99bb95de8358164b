#include "run/live_line.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.hpp"

namespace joulecast::run {
namespace {

/// A part of the line, in its full and its short form.
struct Part {
  std::string full;
  std::string brief;
};

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

Part projected(const estimate::Projection& projection, std::optional<GramsPerKilowattHour> intensity) {
  const auto total = "total " + to_text(projection.total.value);
  std::string interval, left, mass;
  if (const auto& bounds = projection.total.interval)
    interval = fmt::format(" ({} to {})", to_text(bounds->low), to_text(bounds->high));
  if (intensity) mass = ", " + to_text(to_kilowatt_hours(projection.total.value) * *intensity);
  if (projection.remaining_time.value > Seconds{0})
    left = ", " + to_text(projection.remaining_time.value) + " left";
  const std::string settled = projection.ready ? "" : " (not settled)";
  return {total + interval + left + mass + settled, total + left + settled};
}

std::vector<Part> parts_of(const measure::Live& live, std::optional<GramsPerKilowattHour> intensity) {
  std::vector<Part> parts;
  const auto add = [&](std::string text) { parts.push_back({text, text}); };
  if (live.projection) parts.push_back(projected(*live.projection, intensity));
  if (const auto& used = live.energy.energy.total) add(to_text(*used) + " so far");
  add(live.energy.power ? to_text(*live.energy.power) : "power unknown");
  if (live.epoch && live.total_epochs)
    add(fmt::format("epoch {}/{:.0f}", *live.epoch, *live.total_epochs));
  else if (live.epoch)
    add(fmt::format("epoch {}", *live.epoch));
  add(to_text(live.elapsed));
  if (auto components = by_component(live.energy.energy); !components.empty()) add(std::move(components));
  return parts;
}

/// Counts characters: the continuation bytes of UTF-8 have no width.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string live_line(const measure::Live& live, std::optional<GramsPerKilowattHour> intensity, int columns) {
  std::string line;
  for (const auto& [full, brief] : parts_of(live, intensity)) {
    const std::string gap = line.empty() ? "" : " · ";
    const auto fits = [&](const std::string& text) {
      // The last column stays free: some terminals wrap as soon as it is used.
      return columns == 0 || width_of(line + gap + text) < static_cast<std::size_t>(columns);
    };
    if (fits(full))
      line += gap + full;
    else if (fits(brief))
      line += gap + brief;
    else
      break;
  }
  return line;
}

}  // namespace joulecast::run
