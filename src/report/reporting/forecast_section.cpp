// What was forecast while the run ran, and how right forecasts have been on its machine.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/reporting/sections.hpp"
#include "trace/forecast_doubt.hpp"

namespace joulecast::report {
namespace {

using session::ForecastAccuracy;
using session::ForecastCourse;

std::string error_text(const session::ForecastPoint& point, const std::optional<Joules>& truth) {
  if (!truth || !(*truth > Joules{0})) return "";
  const double error = 100 * (point.total / *truth - 1);
  return fmt::format("{:+.1f} %", std::abs(error) < 0.05 ? 0.0 : error);
}

DataTable forecast_table(const ForecastCourse& course) {
  DataTable table{"Forecasts of the run's total",
                  {Align::right, Align::right, Align::left, Align::right, Align::left},
                  {"work seen", "forecast", "90 % interval", "off by", ""},
                  {}};
  double next = 0;
  for (const auto& point : course.points) {
    if (point.share < next - 1e-9) continue;
    next = std::floor(point.share * 20 + 1e-9) / 20 + 0.05;
    table.rows.push_back({percent(point.share), to_text(point.total),
                          point.low && point.high ? to_text(*point.low) + " to " + to_text(*point.high) : "",
                          error_text(point, course.truth), point.ready ? "" : "not yet dependable"});
  }
  return table;
}

/// Up to the largest value that is not an early forecast gone wild, which would flatten all the others.
std::optional<double> sensible_top(const ForecastCourse& course) {
  double centre = course.points.back().total.value();
  if (course.truth) centre = std::max(centre, course.truth->value());
  double highest = 0;
  for (const auto& point : course.points)
    highest = std::max(highest, point.high.value_or(point.total).value());
  constexpr double times = 2.5;
  return highest > times * centre ? std::optional(times * centre) : std::nullopt;
}

/// A run that stopped early has not shown what the whole would have taken.
std::string early_end_text(const ForecastCourse& course) {
  const double seen = course.points.back().share;
  return course.replayed && !course.truth && seen < 0.995
             ? fmt::format(
                   ". The run ended after {} of its work, so that no forecast of the whole can be checked",
                   percent(seen))
             : "";
}

/// A replay ends with the last unit of work, a run may go on: an evaluation, the writing of the model.
std::string rest_text(const session::ReportedRun& run) {
  const auto& truth = run.forecast->truth;
  const auto& total = run.summary.energy.total;
  constexpr double worth_telling = 0.01;
  if (!truth || !total || !(std::abs(*truth / *total - 1) > worth_telling)) return "";
  return fmt::format(". All of the work took {}; with what came before and after it, the run used {}",
                     to_text(*truth), to_text(*total));
}

Figure forecast_figure(const session::ReportedRun& run) {
  const auto& course = *run.forecast;
  const double largest = sensible_top(course).value_or(course.points.back().total.value());
  const auto energy = energy_axis("energy of the whole run", largest);
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  Plot plot;
  plot.title = course.replayed ? "Forecasts that this run would have had" : "Forecasts while it ran";
  plot.x = {.label = "share of the work seen, %", .min = 0, .max = 100};
  plot.y.label = energy.label;
  plot.y.min = 0;
  if (const auto top = sensible_top(course)) plot.y.max = *top / energy.divisor;
  Band interval{"90 % interval", {}, {}, {}};
  Series forecast{"forecast", Mark::line, {}, {}, {}};
  constexpr std::size_t most_points = 400;
  const auto stride = course.points.size() / most_points + 1;
  for (std::size_t i = 0; i < course.points.size(); i += stride) {
    const auto& point = course.points[i];
    for (auto* x : {&interval.x, &forecast.x}) x->push_back(100 * point.share);
    forecast.y.push_back(point.total.value() / energy.divisor);
    interval.low.push_back(point.low ? point.low->value() / energy.divisor : unknown);
    interval.high.push_back(point.high ? point.high->value() / energy.divisor : unknown);
  }
  plot.bands.push_back(std::move(interval));
  plot.series.push_back(std::move(forecast));
  if (course.truth)
    plot.rules.push_back(
        {"measured in the end: " + to_text(*course.truth), course.truth->value() / energy.divisor, false});
  const auto ready = std::ranges::find_if(course.points, &session::ForecastPoint::ready);
  if (ready != course.points.end()) plot.rules.push_back({"ready", 100 * ready->share, true});
  std::string caption = "The forecast of the whole run's energy, by how much of the work had been seen";
  if (ready != course.points.end()) {
    caption += fmt::format(". It first called itself ready after {} of the work, at {}",
                           percent(ready->share), to_text(ready->total));
    if (const auto error = error_text(*ready, course.truth); !error.empty()) caption += ", off by " + error;
  }
  caption += early_end_text(course) + rest_text(run);
  plot.description = caption;
  return {std::move(plot), caption + ".", forecast_table(course)};
}

void add(DataTable& table, const std::string& when, const ForecastAccuracy& accuracy) {
  table.rows.push_back(
      {when, fmt::format("{}", accuracy.runs), fmt::format("{:.1f} %", 100 * accuracy.median_error),
       fmt::format("{:.1f} %", 100 * accuracy.worst_error),
       accuracy.with_interval > 0 ? fmt::format("{} of {}", accuracy.inside, accuracy.with_interval) : ""});
}

}  // namespace

Section forecast_section(const session::ReportedRun& run) {
  Section section{"Forecasts of the total", 2, {}};
  if (run.forecast && !run.forecast->points.empty())
    section.blocks.push_back(forecast_figure(run));
  else
    section.blocks.push_back(
        LeftOut{"Forecasts", run.forecast ? "the run made none" : run.forecast.error().message});
  if (const auto doubt = trace::forecast_doubt_from(run.summary.run.info.forecast_doubt))
    if (const auto reason = trace::reason_of(*doubt); !reason.empty())
      section.blocks.push_back(LeftOut{"Not relied on", std::string(reason)});
  return section;
}

Section record_section(const session::RunsReport& report) {
  Section section{"How right our forecasts have been", 1, {}};
  if (!report.record) {
    section.blocks.push_back(LeftOut{"Earlier forecasts on this machine", report.record.error().message});
    return section;
  }
  const auto& record = *report.record;
  section.blocks.push_back(Paragraph{fmt::format(
      "The forecasts that {} on {} made while running, against what was measured in the end.",
      record.runs == 1 ? "the latest finished run" : fmt::format("the latest {} finished runs", record.runs),
      record.host)});
  DataTable table{"",
                  {Align::left, Align::right, Align::right, Align::right, Align::right},
                  {"made after", "runs", "median error", "largest error", "truth inside the 90 % interval"},
                  {}};
  for (const auto& accuracy : record.at) add(table, percent(accuracy.share) + " of the work", accuracy);
  if (record.ready)
    add(table, fmt::format("the first that was ready, at {} as a rule", percent(record.ready->share)),
        *record.ready);
  section.blocks.push_back(std::move(table));
  return section;
}

}  // namespace joulecast::report
