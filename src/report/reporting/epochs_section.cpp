// Energy and correctness by epoch, and the energy against a budget.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/reporting/sections.hpp"

namespace joulecast::report {
namespace {

using session::EpochCourse;

/// More bars than this would be thinner than a line.
constexpr std::size_t most_bars = 150;
constexpr std::size_t most_rows = 300;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double largest_energy(const EpochCourse& course) {
  double largest = 0;
  for (const auto& point : course.points)
    if (point.energy) largest = std::max(largest, point.energy->value());
  return largest;
}

/// Where each epoch is on the axis: its own number, or, where numbers begin again or are left out, its place.
struct EpochAxis {
  double first = 1;
  std::string label = "epoch, counted from the run's first";
  [[nodiscard]] double at(std::size_t i) const { return first + static_cast<double>(i); }
};
EpochAxis axis_of(const EpochCourse& course) {
  for (std::size_t i = 1; i < course.points.size(); ++i)
    if (course.points[i].epoch != course.points[i - 1].epoch + 1) return {};
  return {static_cast<double>(course.points.front().epoch), "epoch"};
}

Plot energy_panel(const EpochCourse& course, const EpochAxis& axis) {
  const auto energy = energy_axis("energy", largest_energy(course));
  Plot plot;
  plot.title = "Energy of each epoch";
  plot.x.label = axis.label;
  plot.x.whole = true;
  plot.y.label = energy.label;
  plot.y.min = 0;
  Series bars{"energy", course.points.size() > most_bars ? Mark::line : Mark::bars, {}, {}, {}};
  for (std::size_t i = 0; i < course.points.size(); ++i) {
    const double x = axis.at(i);
    bars.x.push_back(x);
    bars.y.push_back(course.points[i].energy ? course.points[i].energy->value() / energy.divisor : unknown);
    bars.x_low.push_back(x - 0.4);
    bars.x_high.push_back(x + 0.4);
  }
  plot.series.push_back(std::move(bars));
  return plot;
}

Plot quality_panel(const EpochCourse& course, const EpochAxis& axis) {
  Plot plot;
  plot.title = course.metric->name + (course.metric->lower_is_better ? " (lower is better)" : "");
  plot.x.label = axis.label;
  plot.x.whole = true;
  plot.y.label = axis_unit(course.metric->name, 0).label;
  Series line{course.metric->name, Mark::line, {}, {}, {}};
  line.look = 1;
  for (std::size_t i = 0; i < course.points.size(); ++i) {
    line.x.push_back(axis.at(i));
    line.y.push_back(course.points[i].quality.value_or(unknown));
  }
  plot.series.push_back(std::move(line));
  Series best{"best epoch", Mark::rings, {}, {}, {}};
  best.x.push_back(axis.at(*course.best));
  best.y.push_back(*course.points[*course.best].quality);
  plot.series.push_back(std::move(best));
  return plot;
}

std::string waste_text(const EpochCourse& course) {
  if (!course.best) return "";
  const auto& best = course.points[*course.best];
  auto text =
      fmt::format(" {} was best after epoch {} ({:.4g})", course.metric->name, best.epoch, *best.quality);
  if (*course.best + 1 == course.points.size()) return text + ", the last one.";
  if (course.after_best && course.after_best_share)
    text += fmt::format("; {} ({} of the epochs' energy) were spent after it", to_text(*course.after_best),
                        percent(*course.after_best_share));
  return text + ".";
}

DataTable epochs_table(const EpochCourse& course) {
  DataTable table{course.points.size() > most_rows
                      ? fmt::format("The first {} of {} epochs", most_rows, course.points.size())
                      : "Energy and correctness by epoch",
                  {Align::right, Align::right, Align::right},
                  {"epoch", "duration", "energy"},
                  {}};
  if (course.metric) table.columns.push_back(Align::right), table.header.push_back(course.metric->name);
  for (std::size_t i = 0; i < std::min(course.points.size(), most_rows); ++i) {
    const auto& point = course.points[i];
    table.rows.push_back({std::to_string(point.epoch), to_text(point.span.length()),
                          point.energy ? to_text(*point.energy) : "unknown"});
    if (course.metric)
      table.rows.back().push_back(point.quality ? fmt::format("{:.4g}", *point.quality) : "");
  }
  return table;
}

Figure epochs_figure(const EpochCourse& course) {
  Panels panels{"Energy and correctness by epoch", "", {}, false, ""};
  const auto axis = axis_of(course);
  panels.plots.push_back(energy_panel(course, axis));
  if (course.best) {
    panels.plots.push_back(quality_panel(course, axis));
    if (*course.best + 1 < course.points.size())
      for (auto& plot : panels.plots)
        plot.stretches.push_back({"after the best epoch", axis.at(*course.best) + 0.5,
                                  axis.at(course.points.size()) - 0.5, Shade::waste});
  }
  const auto caption = fmt::format("{} epochs.{}", course.points.size(), waste_text(course));
  panels.description = caption;
  return {std::move(panels), caption, epochs_table(course)};
}

Figure budget_figure(const session::EnergyCourse& spent, Joules budget, trace::Span span) {
  const auto time = time_axis("time", span.length().value());
  const auto energy = energy_axis("energy used", std::max(budget.value(), spent.joules.back()));
  Plot plot;
  plot.title = "Energy used against the budget";
  plot.x.label = time.label;
  plot.x.min = span.begin.value() / time.divisor;
  plot.x.max = span.end.value() / time.divisor;
  plot.y.label = energy.label;
  plot.y.min = 0;
  Series used{"energy used", Mark::line, {}, {}, {}};
  for (std::size_t i = 0; i < spent.times.size(); ++i) {
    used.x.push_back(spent.times[i] / time.divisor);
    used.y.push_back(spent.joules[i] / energy.divisor);
  }
  plot.series.push_back(std::move(used));
  plot.rules.push_back({"budget " + to_text(budget), budget.value() / energy.divisor, false});
  if (spent.budget_reached) {
    plot.stretches.push_back({"beyond the budget", *spent.budget_reached / time.divisor,
                              span.end.value() / time.divisor, Shade::waste});
  }
  const Joules all{spent.joules.back()};
  const auto caption =
      spent.budget_reached
          ? fmt::format("The budget of {} was used up after {}; the run took {}, {} of it.", to_text(budget),
                        to_text(Seconds{*spent.budget_reached} - span.begin), to_text(all),
                        percent(all / budget))
          : fmt::format("The run took {}, {} of its budget of {}.", to_text(all), percent(all / budget),
                        to_text(budget));
  plot.description = caption;
  DataTable table{
      "Energy used", {Align::right, Align::right, Align::right}, {"time", "energy", "of the budget"}, {}};
  for (std::size_t k = 0; k <= 10; ++k) {
    const auto i = k * (spent.times.size() - 1) / 10;
    table.rows.push_back({to_text(Seconds{spent.times[i]} - span.begin), to_text(Joules{spent.joules[i]}),
                          percent(spent.joules[i] / budget.value())});
  }
  return {std::move(plot), caption, std::move(table)};
}

}  // namespace

Section epochs_section(const session::ReportedRun& run) {
  Section section{"Energy and correctness by epoch", 2, {}};
  if (!run.epochs) {
    section.blocks.push_back(LeftOut{"Epochs", run.epochs.error().message});
    return section;
  }
  section.blocks.push_back(epochs_figure(*run.epochs));
  if (!run.epochs->best) section.blocks.push_back(LeftOut{"Correctness", "the training told none by epoch"});
  return section;
}

Section budget_section(const session::ReportedRun& run, const session::RunsReport& report) {
  Section section{"Energy against a budget", 2, {}};
  if (!report.budget)
    section.blocks.push_back(LeftOut{"Budget", "none was given (--budget 2kWh)"});
  else if (!run.spent || run.spent->times.size() < 2)
    section.blocks.push_back(
        LeftOut{"Budget", run.spent ? "the run has too few readings" : run.spent.error().message});
  else
    section.blocks.push_back(budget_figure(*run.spent, *report.budget, run.summary.run.span));
  return section;
}

}  // namespace joulecast::report
