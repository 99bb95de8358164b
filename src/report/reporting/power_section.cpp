// Power over time by component, stacked.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/reporting/sections.hpp"
#include "report/runs/run_text.hpp"

namespace joulecast::report {
namespace {

using session::PowerCourse;
using trace::Component;

constexpr std::size_t most_window_names = 4;
/// Time between two epochs that is shorter than this share of the run is not shaded.
constexpr double least_pause = 0.001;

/// The same for a component in every picture.
std::size_t look_of(Component component) {
  switch (component) {
    case Component::gpu:
      return 0;
    case Component::cpu:
      return 1;
    case Component::dram:
      return 2;
    case Component::other:
      return 3;
    case Component::node:
      return 7;
    case Component::process:
      return 4;
  }
  return 3;
}

std::string words_for(Component component) {
  switch (component) {
    case Component::gpu:
      return "GPU";
    case Component::cpu:
      return "CPU";
    case Component::dram:
      return "memory";
    case Component::node:
      return "whole machine";
    case Component::other:
    case Component::process:
      break;
  }
  return "other";
}

/// Power of all devices of a component, of those in the total.
std::map<Component, std::vector<double>> by_component(const PowerCourse& course) {
  std::map<Component, std::vector<double>> sums;
  for (const auto& device : course.devices) {
    if (!device.in_total) continue;
    auto& sum = sums[device.component];
    sum.resize(course.steps());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += device.watts[i];
  }
  return sums;
}

/// Each step as two points, so that a step is a level line; ends before a gap.
void put_layers(Plot& plot, const PowerCourse& course, double time_unit, double power_unit) {
  std::vector<double> floor(course.steps(), 0);
  for (const auto& [component, watts] : by_component(course)) {
    Band band{words_for(component), {}, {}, {}, true, look_of(component)};
    for (std::size_t i = 0; i < watts.size(); ++i) {
      const double top = floor[i] + watts[i] / power_unit;
      for (const auto edge : {course.edges[i], course.edges[i + 1]}) {
        band.x.push_back(edge / time_unit);
        band.low.push_back(floor[i]);
        band.high.push_back(top);
      }
      floor[i] = top;
    }
    plot.bands.push_back(std::move(band));
  }
}

void put_peaks(Plot& plot, const PowerCourse& course, double time_unit, double power_unit) {
  Series peaks{"highest reading", Mark::line, {}, {}, {}};
  for (std::size_t i = 0; i < course.steps(); ++i)
    for (const double edge : {course.edges[i], course.edges[i + 1]}) {
      peaks.x.push_back(edge / time_unit);
      peaks.y.push_back(course.high[i] / power_unit);
    }
  peaks.look = ink;
  plot.series.push_back(std::move(peaks));
}

/// Spans in the order of time, joined where a picture would not show what is between them: there may be
/// thousands.
std::vector<trace::Span> joined(std::vector<trace::Span> spans, Seconds least) {
  std::ranges::sort(spans, {}, [](const trace::Span& span) { return span.begin; });
  std::vector<trace::Span> result;
  for (const auto& span : spans) {
    if (!result.empty() && span.begin - result.back().end < least)
      result.back().end = std::max(result.back().end, span.end);
    else
      result.push_back(span);
  }
  return result;
}

void put_stretches(Plot& plot, const std::string& label, std::vector<trace::Span> spans, Shade shade,
                   Seconds duration, double time_unit) {
  for (const auto& span : joined(std::move(spans), duration * least_pause))
    plot.stretches.push_back({label, span.begin.value() / time_unit, span.end.value() / time_unit, shade});
}

void put_stages(Plot& plot, const trace::Run& run, double time_unit) {
  std::set<std::string> names;
  for (const auto& window : run.windows)
    if (names.size() < most_window_names) names.insert(window.name);
  std::vector<trace::Span> windows;
  for (const auto& window : run.windows)
    if (names.contains(window.name)) windows.push_back(window.span);
  std::vector<trace::Span> pauses;
  for (std::size_t i = 1; i < run.epochs.size(); ++i) {
    const trace::Span pause{run.epochs[i - 1].span.end, run.epochs[i].span.begin};
    if (pause.length() > run.span.length() * least_pause) pauses.push_back(pause);
  }
  const auto label = join({names.begin(), names.end()}, ", ");
  put_stretches(plot, label, std::move(windows), Shade::stage, run.span.length(), time_unit);
  put_stretches(plot, "between epochs", std::move(pauses), Shade::stage, run.span.length(), time_unit);
}

std::string words_for(trace::Quantity reason) {
  return reason == trace::Quantity::throttled_by_heat ? "held back by heat" : "held back by its power limit";
}

void put_throttling(Plot& plot, const session::ReportedRun& run, double time_unit) {
  for (const auto reason : {trace::Quantity::throttled_by_power, trace::Quantity::throttled_by_heat}) {
    std::vector<trace::Span> spans;
    for (const auto& device : run.power->throttling)
      if (device.reason == reason) spans.insert(spans.end(), device.spans.begin(), device.spans.end());
    put_stretches(plot, words_for(reason), std::move(spans),
                  reason == trace::Quantity::throttled_by_heat ? Shade::hot : Shade::limited,
                  run.summary.run.span.length(), time_unit);
  }
}

/// "GPU 0 was held back by its power limit for 4.20 min (31 % of the time) and by heat for …", of each
/// device.
std::string throttling_text(const PowerCourse& course) {
  std::vector<std::string> sentences;
  for (const auto& device : course.throttling) {
    if (!(device.time > Seconds{0})) continue;
    sentences.push_back(fmt::format(
        "{} was {} for {} ({} of the time)", component_text(device.component, device.device, device.node),
        words_for(device.reason), to_text(device.time), percent(device.time / device.observed)));
  }
  constexpr std::size_t most = 8;
  if (sentences.size() > most) {
    const auto others = sentences.size() - most;
    sentences.resize(most);
    sentences.push_back(fmt::format("and so on for {} more", others));
  }
  return sentences.empty() ? "No device held its clocks down for its power limit or for heat."
                           : join(sentences, "; ") + ".";
}

DataTable components_table(const session::ReportedRun& run) {
  DataTable table{"Mean power and energy by component",
                  {Align::left, Align::right, Align::right, Align::right},
                  {"component", "mean power", "highest mean of a step", "energy"},
                  {}};
  const auto& course = *run.power;
  for (const auto& [component, watts] : by_component(course)) {
    double sum = 0, highest = 0;
    int known = 0;
    for (const double value : watts)
      if (std::isfinite(value)) sum += value, highest = std::max(highest, value), ++known;
    std::optional<Joules> energy;
    for (const auto& row : run.summary.energy.components)
      if (row.component == component && row.in_total && row.energy)
        energy = energy.value_or(Joules{0}) + *row.energy;
    table.rows.push_back({words_for(component), known > 0 ? to_text(Watts{sum / known}) : "unknown",
                          known > 0 ? to_text(Watts{highest}) : "unknown",
                          energy ? to_text(*energy) : "unknown"});
  }
  return table;
}

double highest_of(const PowerCourse& course) {
  double highest = 0;
  for (const double watts : course.high) highest = std::fmax(highest, watts);
  return highest;
}

Figure power_figure(const session::ReportedRun& run) {
  const auto& course = *run.power;
  const auto& record = run.summary.run;
  const auto time = time_axis("time", record.span.length().value());
  const auto power = power_axis("power", highest_of(course));
  Plot plot;
  plot.title = "Power over time";
  plot.x.label = time.label;
  plot.x.min = record.span.begin.value() / time.divisor;
  plot.x.max = record.span.end.value() / time.divisor;
  plot.y.label = power.label;
  plot.y.min = 0;
  put_layers(plot, course, time.divisor, power.divisor);
  put_peaks(plot, course, time.divisor, power.divisor);
  put_stretches(plot, "not measured", course.gaps, Shade::gap, record.span.length(), time.divisor);
  put_stages(plot, record, time.divisor);
  put_throttling(plot, run, time.divisor);
  for (const auto& epoch : record.epochs) plot.ticks.push_back(epoch.span.end.value() / time.divisor);
  plot.ticks_label = "end of an epoch";
  if (record.idle_baseline)
    plot.rules.push_back(
        {"idle " + to_text(*record.idle_baseline), record.idle_baseline->value() / power.divisor, false});
  auto caption = fmt::format(
      "Mean power of each {}, by component on top of each other; the line is the highest reading of each "
      "step, "
      "so that no peak is lost",
      to_text(Seconds{course.edges[1] - course.edges[0]}));
  if (run.summary.mean_power) caption += fmt::format(". On average {}", to_text(*run.summary.mean_power));
  caption += ".";
  if (!course.throttling.empty()) caption += " " + throttling_text(course);
  plot.description = caption;
  return {std::move(plot), caption, components_table(run)};
}

}  // namespace

Section power_section(const session::ReportedRun& run) {
  Section section{"Power over time", 2, {}};
  if (!run.power) {
    section.blocks.push_back(LeftOut{"Power over time", run.power.error().message});
    return section;
  }
  section.blocks.push_back(power_figure(run));
  if (!run.summary.run.idle_baseline)
    section.blocks.push_back(LeftOut{"Idle floor",
                                     "the machine's idle power was not measured before this run (joulecast "
                                     "run --idle-baseline measures it)"});
  if (run.power->throttling.empty())
    section.blocks.push_back(LeftOut{
        "Throttling", "no sensor of this run recorded when a device held its clocks down (NVIDIA's do)"});
  return section;
}

}  // namespace joulecast::report
