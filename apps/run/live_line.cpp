#include "run/live_line.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/printable.hpp"
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

/// "epoch 4/20"; for trainings that are counted in something else "step 1200/50000".
std::string counted(const measure::Live& live) {
  const auto& phase = live.phase;
  if (phase && !phase->unit.empty() && (!live.epoch || (phase->unit != "epoch" && !live.total_epochs))) {
    const auto done = std::floor(phase->work);
    if (phase->unit == "percent") return fmt::format("{:.0f} %", done);
    if (live.exceeded) return fmt::format("{} {:.0f}, more than announced", phase->unit, done);
    const auto total = phase->total_work ? fmt::format("/{:.0f}", *phase->total_work) : "";
    return fmt::format("{} {:.0f}{}", phase->unit, done, total);
  }
  if (live.epoch && live.exceeded) return fmt::format("epoch {}, more than announced", *live.epoch);
  if (live.epoch && live.total_epochs) return fmt::format("epoch {}/{:.0f}", *live.epoch, *live.total_epochs);
  return live.epoch ? fmt::format("epoch {}", *live.epoch) : "";
}

std::vector<Part> parts_of(const measure::Live& live, std::optional<GramsPerKilowattHour> intensity) {
  std::vector<Part> parts;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) parts.push_back({printable(text), printable(text)});
  };
  if (live.work_is_done)
    add("all work done, still running");  // what it used is a fact; how much more comes, nothing tells
  else if (live.projection)
    parts.push_back(projected(*live.projection, intensity));
  add(counted(live));
  auto used = live.energy.energy.total;
  if (live.earlier_energy) used = used.value_or(Joules{0}) + *live.earlier_energy;
  if (used) add(to_text(*used) + " so far");
  add(live.energy.power ? to_text(*live.energy.power) : "power unknown");
  add(to_text(live.earlier + live.elapsed));
  if (!live.earlier_energy) add(by_component(live.energy.energy));
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
  }
  return line;
}

}  // namespace joulecast::run
