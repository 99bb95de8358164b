#include "report/tables/board_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/tables/left_out_report.hpp"

namespace joulecast::report {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

template <class Unit>
std::string figure(const std::optional<double>& value) {
  return value ? to_text(Unit{*value}) : "";
}

/// "1.2 kJ to 1.5 kJ"; "from 1.2 kJ" where more than the upper end may be needed; in brackets the range of
/// few runs.
template <class Unit>
std::string spread(const tradeoff::TypicalCost& cost) {
  const bool few = !std::isfinite(cost.interval.low);
  const auto& range = few ? cost.range : cost.interval;
  if (!std::isfinite(range.low)) return "";
  const auto low = to_text(Unit{range.low});
  const auto text = std::isfinite(range.high) ? low + " to " + to_text(Unit{range.high}) : "from " + low;
  return few ? "(" + text + ")" : text;
}

std::string money_text(const std::optional<double>& money, const std::string& currency) {
  if (!money) return "";
  return fmt::format("{:.3g}{}{}", *money, currency.empty() ? "" : " ", currency);
}

std::string reached_text(const session::BoardEntry& entry) {
  return fmt::format("{} of {}", entry.reached, entry.runs);
}

/// Why there is no typical energy.
std::string not_reached(const session::BoardEntry& entry) {
  if (entry.reached == 0) return "not reached";
  return 2 * entry.reached <= entry.runs ? "by few runs" : "unknown";
}

const session::BoardEntry* entry_of(const session::BoardTask& task, const std::string& name) {
  const auto found = std::ranges::find(task.entries, name, &session::BoardEntry::name);
  return found == task.entries.end() ? nullptr : &*found;
}

std::string heading(const session::BoardTask& task) {
  return fmt::format("{} ({})", task.name, target_text(task));
}

/// Alternatives by tasks: the median energy of each, and how it stands over all.
DataTable overview_table(const session::Board& board) {
  DataTable table{"Energy to reach the quality, median over runs", {Align::left}, {"alternative"}, {}};
  for (const auto& task : board.tasks) {
    table.columns.push_back(Align::right);
    table.header.push_back(heading(task));
  }
  table.columns.insert(table.columns.end(), {Align::right, Align::right});
  table.header.insert(table.header.end(), {"tasks", "energy by the cheapest"});
  for (const auto& standing : board.standings) {
    std::vector<std::string> row{standing.name};
    for (const auto& task : board.tasks) {
      const auto* entry = entry_of(task, standing.name);
      if (entry == nullptr)
        row.emplace_back("not run");
      else
        row.push_back(entry->energy.median ? figure<Joules>(entry->energy.median) : not_reached(*entry));
    }
    row.push_back(fmt::format("{} of {}", standing.tasks_reached, board.tasks.size()));
    row.push_back(standing.energy_ratio ? fmt::format("{:.3g} x", *standing.energy_ratio) : "");
    table.rows.push_back(std::move(row));
  }
  return table;
}

DataTable task_table(const session::BoardTask& task, const session::Board& board) {
  DataTable table{
      "What it takes",
      {Align::left, Align::right, Align::right, Align::left, Align::right, Align::left},
      {"alternative", "reached", "energy", "95 % interval or (range)", "time", "95 % interval or (range)"},
      {}};
  if (board.priced) {
    table.columns.push_back(Align::right);
    table.header.emplace_back("cost");
  }
  table.columns.push_back(Align::right);
  table.header.emplace_back("expected energy");
  for (const auto& entry : task.entries) {
    std::vector<std::string> row{
        entry.name,
        reached_text(entry),
        entry.energy.median ? figure<Joules>(entry.energy.median) : not_reached(entry),
        spread<Joules>(entry.energy),
        figure<Seconds>(entry.time.median),
        spread<Seconds>(entry.time)};
    if (board.priced) row.push_back(money_text(entry.money.median, board.currency));
    row.push_back(figure<Joules>(entry.expected_energy));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.4g}", *value) : "";
}

DataTable accuracy_table(const session::BoardTask& task) {
  DataTable table{
      "Quality for electricity, of whole runs",
      {Align::left, Align::right, Align::right, Align::right, Align::right, Align::right},
      {"alternative", "best " + task.metric, "energy", "energy per point", "guarded index", "Watt for What"},
      {}};
  for (const auto& entry : task.entries)
    table.rows.push_back({entry.name, number(entry.best_quality), figure<Joules>(entry.whole_energy),
                          figure<Joules>(entry.joules_per_point), number(entry.index),
                          number(entry.sustainable_accuracy)});
  return table;
}

IntervalPlot picture(const session::BoardTask& task) {
  double largest = 0;
  for (const auto& entry : task.entries)
    largest = std::max({largest, entry.energy.median.value_or(0),
                        std::isfinite(entry.energy.interval.high) ? entry.energy.interval.high : 0});
  const auto energy = energy_axis("energy", largest);
  IntervalPlot plot;
  plot.title = fmt::format("Energy to {}", target_text(task));
  plot.value.label = energy.label;
  for (const auto& entry : task.entries) {
    if (!entry.energy.median) continue;
    const auto& range = entry.energy.interval;
    const bool both = std::isfinite(range.low) && std::isfinite(range.high);
    plot.rows.push_back({entry.name, *entry.energy.median / energy.divisor,
                         both ? range.low / energy.divisor : unknown,
                         both ? range.high / energy.divisor : unknown,
                         entry.reached < entry.runs ? reached_text(entry) + " reached it" : ""});
  }
  return plot;
}

std::string how_known(const session::BoardTask& task) {
  std::string text;
  if (task.target_from_best) text += "Nobody named a target: it is 2 % from the best. ";
  if (!task.by_epoch)
    text += "The runs tell their quality at the end alone, so that each figure is that of a whole run. ";
  if (task.energy_assumed) text += "Energy and time were spread evenly over the epochs, which is assumed. ";
  return text +
         "A run that does not reach the quality counts as dearer than any other; the expected energy is all "
         "that was spent, by the runs that reached it.";
}

Section task_section(const session::BoardTask& task, const session::Board& board) {
  Section section{heading(task), 1, {}};
  auto plot = picture(task);
  auto table = task_table(task, board);
  if (plot.rows.empty()) {
    section.blocks.emplace_back(Paragraph{how_known(task)});
    section.blocks.emplace_back(std::move(table));
  } else {
    plot.description = how_known(task);
    section.blocks.emplace_back(Figure{std::move(plot), how_known(task), std::move(table)});
  }
  if (!task.lower_is_better) section.blocks.emplace_back(accuracy_table(task));
  return section;
}

std::string conclusion(const session::Board& board) {
  const auto& first = board.standings.front();
  if (!first.energy_ratio) return "No alternative reaches a quality in more than half of its runs.";
  if (board.tasks.size() == 1)
    return fmt::format("{} reaches {} for the least energy: {}.", first.name,
                       target_text(board.tasks.front()),
                       figure<Joules>(board.tasks.front().entries.front().energy.median));
  return fmt::format("{} reaches the quality on {} of {} tasks, at {:.3g} times the energy of the cheapest.",
                     first.name, first.tasks_reached, board.tasks.size(), *first.energy_ratio);
}

}  // namespace

std::string target_text(const session::BoardTask& task) {
  return fmt::format("{} {} {:.4g}", task.metric, task.lower_is_better ? "<=" : ">=", task.target);
}

Document to_document(const session::Board& board) {
  Document document{"What it takes to reach a quality", board.source, {}};
  Section overview{"All tasks", 1, {Paragraph{conclusion(board)}, overview_table(board)}};
  if (board.tasks.size() > 1)
    overview.blocks.emplace_back(Paragraph{
        "Energy by the cheapest: the geometric mean, over the tasks that it reaches, of its energy by "
        "that of the cheapest there."});
  for (const auto& warning : with_left_out(board.left_out, "left out", board.warnings))
    overview.blocks.emplace_back(Paragraph{"Warning: " + warning + "."});
  document.sections.push_back(std::move(overview));
  for (const auto& task : board.tasks) document.sections.push_back(task_section(task, board));
  document.sections.push_back(
      {"How to read quality for electricity",
       2,
       {Paragraph{fmt::format(
           "Energy per point is that of 0.01 of the quality. The guarded index is quality^{0:g} / (1 + "
           "log10(energy / least energy)): the cheapest has its quality alone, ten times its energy halves "
           "it; it orders one task and says nothing across tasks. Watt for What is quality^{0:g} / "
           "log10(kWh) as published, which is singular at 1 kWh and left out below 10 kWh.",
           board.exponent)}}});
  return document;
}

}  // namespace joulecast::report
