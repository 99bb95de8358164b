#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "report/pictures/terminal_plot.hpp"
#include "report/plain_text.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/left_out_report.hpp"
#include "report/tables/tradeoff_report.hpp"
#include "report/text_table.hpp"
#include "tradeoff/quantity.hpp"

namespace joulecast::report {
namespace {

constexpr std::size_t most_rows = 25;

TextTable table_of(const std::vector<std::string>& header) {
  std::vector<Align> columns(header.size(), Align::right);
  columns[0] = Align::left;
  TextTable table(std::move(columns));
  table.add(header);
  return table;
}

std::string range_text(const stats::Range& range) {
  return std::isfinite(range.low) ? fmt::format("[{:.4g}, {:.4g}]", range.low, range.high) : "-";
}

std::string name_in(const session::Tradeoff& report, std::size_t alternative) {
  const auto& a = report.alternatives[alternative];
  // A number alone says nothing: batch_size 64.
  const bool is_number = report.keys.size() == 1 && parse_double(a.name());
  return (is_number ? printable(report.keys.front()) + " " : "") + printable(a.name()) +
         (a.provenance == Provenance::measured ? "" : fmt::format(" ({})", name_of(a.provenance)));
}

/// A share of NaN is that of too few runs.
std::string front_text(const tradeoff::Placed& placed) {
  if (!std::isfinite(placed.front_share)) return placed.on_front ? "yes" : "-";
  return fmt::format("{}{:.0f} %", placed.on_front ? "yes, " : "", 100 * placed.front_share);
}

/// The whole front and the best of the other alternatives, at most most_rows in all.
std::string overview_table(const session::Tradeoff& report) {
  auto table = table_of({"alternative", "runs", report.options.cost, "95 % interval", report.options.quality,
                         "95 % interval", "on the front"});
  const auto& placed = report.overview.placed;
  std::size_t shown = 0;
  for (const auto& p : placed) {
    if (placed.size() > most_rows && !p.on_front) continue;
    if (++shown > 2 * most_rows) break;
    table.add({name_in(report, p.alternative), fmt::format("{}", report.alternatives[p.alternative].runs),
               fmt::format("{:.4g}", p.cost),
               range_text(p.cost_interval) + (p.cost_by_meters ? " by meters" : ""),
               fmt::format("{:.4g}", p.quality), range_text(p.quality_interval), front_text(p)});
  }
  auto text = table.text();
  if (shown < placed.size())
    text += fmt::format("  {} alternatives in all; shown are those on the front\n", placed.size());
  return text + "  (% = how often it is on the front when the runs are drawn anew)\n";
}

std::string curves_text(const session::Tradeoff& report) {
  if (report.curves.empty()) return "";
  auto order = report.curves;
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.share_after_enough > b.share_after_enough; });
  auto table = table_of({"when did training stop paying?", "enough at epoch", "of", "energy after that"});
  for (std::size_t i = 0; i < std::min(order.size(), most_rows); ++i)
    table.add({name_in(report, order[i].alternative), fmt::format("{:.3g}", order[i].enough_epoch),
               fmt::format("{:.3g}", order[i].epochs), percent_text(order[i].share_after_enough)});
  return "\n" + table.text() +
         fmt::format("  (enough: within {:.3g} of the run's best{})\n", report.curve_tolerance,
                     report.energy_by_epoch_assumed
                         ? "; energy spread evenly over the epochs, which is assumed"
                         : "");
}

std::string lives_text(const session::Tradeoff& report) {
  if (report.lives.empty()) return "";
  auto table = table_of({fmt::format("training and {:.4g} uses", report.uses), "training", "one use",
                         "in all", "training's share", "pays from"});
  for (std::size_t i = 0; i < std::min(report.lives.size(), most_rows); ++i) {
    const auto& life = report.lives[i];
    const auto share = life.cost.training_share(report.uses);
    table.add({name_in(report, life.alternative), figure_text(life.cost.training, report.options.cost),
               figure_text(life.cost.per_use, report.options.cost),
               figure_text(life.total, report.options.cost), share ? percent_text(*share) : "-",
               life.break_even ? fmt::format("{:.3g} uses", *life.break_even) : "-"});
  }
  return "\n" + table.text() +
         "  (pays from: uses after which it has cost less than the one that is cheapest to train)\n";
}

std::string utilisation_text(const session::Tradeoff& report) {
  if (report.utilisation.empty()) return "";
  auto table = table_of({"does the GPU scale with the model?", "GPU utilisation", "", "the same for less"});
  std::size_t shown = 0;
  for (const auto& reading : report.utilisation) {
    if (++shown > most_rows) break;
    table.add({name_in(report, reading.alternative), fmt::format("{:.0f} %", reading.percent),
               reading.low ? "low" : "",
               reading.cheaper ? fmt::format("{}: -{}", name_in(report, *reading.cheaper),
                                             percent_text(reading.cheaper_saving))
                               : ""});
  }
  return "\n" + table.text();
}

}  // namespace

std::string figure_text(double value, const std::string& column) {
  const auto unit = tradeoff::unit_of_column(column);
  // As everywhere else: 13.4 kJ, not 1.34e+04 J.
  if (unit.symbol == "J") return to_text(Joules{value});
  if (unit.symbol == "s") return to_text(Seconds{value});
  return tradeoff::with_unit(value, unit);
}

std::string conclusion(const session::Tradeoff& report) {
  const auto& overview = report.overview;
  const auto& best = overview.placed[overview.best];
  const auto& choice = overview.placed[overview.cheapest_within];
  auto text = fmt::format("{} has the best {} ({:.4g}) at {}.", name_in(report, best.alternative),
                          report.options.quality, best.quality, figure_text(best.cost, report.options.cost));
  if (overview.cheapest_within == overview.best) {
    return text + fmt::format(" Nothing cheaper comes within {:.3g} of it.", report.options.within);
  }
  text += fmt::format(" {} comes within {:.3g} of it ({:.4g}, {:.2g} lost) for {}",
                      name_in(report, choice.alternative), report.options.within, choice.quality,
                      overview.quality_lost, figure_text(choice.cost, report.options.cost));
  // Of a cost that is 0 or less there are no shares.
  if (std::isfinite(overview.saving)) text += fmt::format(": {} less", percent_text(overview.saving));
  if (std::isfinite(overview.saving_interval.low)) {
    text += fmt::format(" (95 % interval {} to {})", percent_text(overview.saving_interval.low),
                        percent_text(overview.saving_interval.high));
  }
  if (!std::isfinite(overview.choice_share))
    return text + ". With so few runs, how sure that is is not known.";
  return text + fmt::format(". Drawn anew, the runs lead to the same choice in {:.0f} % of cases.",
                            100 * overview.choice_share);
}

std::string to_text(const session::Tradeoff& report, int width, bool unicode) {
  const auto columns = static_cast<std::size_t>(std::max(40, width));
  const auto line = [&](const std::string& sentence) {
    return wrapped(printable(sentence), columns, "  ") + "\n";
  };
  const auto& overview = report.overview;
  auto text =
      fmt::format("{} against {}: {} alternatives by {} ({})\n\n", printable(report.options.quality),
                  printable(report.options.cost), overview.placed.size(),
                  printable(fmt::format("{}", fmt::join(report.keys, ", "))), printable(report.source));
  auto plot = to_plot(report);
  plot.title.clear();
  text +=
      to_terminal(plot, {.width = std::min(width, 100), .height = 14, .unicode = unicode, .colour = false}) +
      "\n";
  text += overview_table(report);
  if (overview.knee)
    text += line(fmt::format("Knee: {}; beyond it, quality gets dear",
                             name_in(report, overview.placed[*overview.knee].alternative)));
  if (overview.hypervolume)
    text += line(fmt::format("Hypervolume: {:.3f} of the ground between the extremes (log cost) is dominated",
                             *overview.hypervolume));
  text += curves_text(report) + lives_text(report) + utilisation_text(report) + "\n";
  for (const auto& warning : with_left_out(report.left_out, "left out of its median", report.warnings))
    text += line("Warning: " + warning);
  return text + "\n" + line("Conclusion: " + conclusion(report));
}

std::string to_csv(const session::Tradeoff& report) {
  const auto number = [](double x) { return std::isfinite(x) ? fmt::format("{}", x) : std::string(); };
  std::string csv;
  for (const auto& key : report.keys) csv += csv_cell(key) + ",";
  csv += "provenance,runs,cost,cost_low,cost_high,quality,quality_low,quality_high,on_front,front_share\n";
  for (const auto& p : report.overview.placed) {
    const auto& alternative = report.alternatives[p.alternative];
    for (const auto& label : alternative.labels) csv += csv_cell(label) + ",";
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", name_of(alternative.provenance), alternative.runs,
                       number(p.cost), number(p.cost_interval.low), number(p.cost_interval.high),
                       number(p.quality), number(p.quality_interval.low), number(p.quality_interval.high),
                       p.on_front ? 1 : 0, number(p.front_share));
  }
  return csv;
}

}  // namespace joulecast::report
