// What the campaign was, what each cell took, and what adaptive repetitions saved.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "lab/results/campaign_document.hpp"
#include "lab/results/words.hpp"
#include "report/phrases.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/tables/tradeoff_report.hpp"

namespace joulecast::lab {
namespace {

using report::Align;
using report::DataTable;
using report::Paragraph;
using report::Section;

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_rows_in_picture = 40;

std::string spent_sentence(const CampaignReport& report) {
  auto text = fmt::format("{} used {} in {} of measured time", counted(report.state.runs.size(), "run"),
                          to_text(Joules{report.spent}), to_text(Seconds{report.run_time}));
  if (report.without_energy > 0)
    text += fmt::format("; of {} the energy is unknown and not in it",
                        counted(report.without_energy, "further run"));
  return text + ".";
}

/// Over all cells; nothing if it is not known of each.
std::optional<double> measured_share(const CampaignFacts& facts) {
  double measured = 0, all = 0;
  for (const auto& cell : facts.cells) {
    if (!cell.energy) continue;
    if (!cell.measured_share) return std::nullopt;
    const double energy = cell.energy->mean * static_cast<double>(cell.energy->runs);
    measured += *cell.measured_share * energy;
    all += energy;
  }
  return all > 0 ? std::optional(measured / all) : std::nullopt;
}

std::string provenance_sentence(const CampaignReport& report) {
  std::map<Provenance, std::size_t> cells;
  for (const auto& cell : report.facts.cells)
    if (cell.energy) ++cells[cell.provenance];
  if (cells.empty()) return "No energy is known: nothing could be measured or modelled.";
  if (cells.size() == 1 && cells.contains(Provenance::measured)) return "All energies were measured.";
  if (const auto share = measured_share(report.facts); share && *share > 0)
    return fmt::format(
        "Of the energy of these cells {} was measured; the rest, of devices without a meter, "
        "is {}.",
        share_text(*share), name_of(cells.rbegin()->first));
  std::vector<std::string> parts;
  for (const auto& [provenance, count] : cells)
    parts.push_back(cells.size() == 1
                        ? fmt::format("all cells are {}", name_of(provenance))
                        : fmt::format("{} are {}", counted(count, "cell"), name_of(provenance)));
  auto text = "The energies of " + report::join(parts, ", of ") + ".";
  if (cells.contains(Provenance::modelled) || cells.contains(Provenance::assumed))
    text +=
        " A modelled energy follows the load of the processors, so that it tells configurations apart by "
        "their time and load, but is no measurement.";
  return text;
}

std::string failures_sentence(const CampaignFacts& facts) {
  if (facts.failures.empty()) return "None failed.";
  std::vector<std::string> parts;
  for (const auto& [outcome, count] : facts.failures)
    parts.push_back(fmt::format("{} {}", count, in_words(outcome)));
  if (facts.not_made > 0)
    parts.push_back(fmt::format("{} not made, since their cells were given up", facts.not_made));
  return "Of the others: " + report::join(parts, ", ") + ".";
}

std::string saved_sentence(const SavedRepetitions& saved) {
  if (saved.runs == 0) return "Adaptive repetitions saved nothing: no cell was decided before the maximum.";
  return fmt::format("Adaptive repetitions saved {} of {} repetitions ({}): some {} and {}.", saved.runs,
                     saved.most,
                     share_text(static_cast<double>(saved.runs) / static_cast<double>(saved.most)),
                     to_text(saved.energy), to_text(saved.time));
}

std::string quality_text(const std::optional<FigureSpread>& quality) {
  return quality ? figure_text(quality->median) : "";
}

bool in_joules(const CampaignReport& report) {
  return report.cost == "energy_j" || report.cost == "energy_per_sample_j";
}

report::IntervalPlot costs_picture(const CampaignReport& report) {
  double largest = 0;
  for (const auto& cell : report.facts.cells)
    if (const auto& cost = cell.cost) largest = std::max(largest, cost->range.high);
  const auto name = report.cost == "energy_j" ? "energy of a run" : name_of_cost(report.cost);
  const auto axis = in_joules(report) ? report::energy_axis(name + ", median", largest)
                                      : report::axis_unit(report.cost, largest);
  report::IntervalPlot plot;
  plot.title = capitalised(name_of_cost(report.cost)) + " of each cell";
  plot.value.label = axis.label;
  for (const auto& cell : report.facts.cells) {
    const auto& cost = cell.cost;
    if (!cost) continue;
    const bool few = !std::isfinite(cost->interval.low);
    const auto& range = few ? cost->range : cost->interval;
    const bool one = cost->runs < 2;
    plot.rows.push_back({fmt::format("{} (n={})", cell.title, cost->runs), cost->median / axis.divisor,
                         one ? unknown : range.low / axis.divisor,
                         one ? unknown : range.high / axis.divisor});
  }
  std::ranges::stable_sort(plot.rows, {}, &report::IntervalRow::value);
  return plot;
}

/// Median, interval or range, and variation of what cells are compared by.
std::vector<std::string> cost_texts(const CellFacts& cell, const CampaignReport& report) {
  const auto& cost = cell.cost;
  if (!cost) return {"unknown", "", ""};
  const auto variation = cost->variation ? share_text(*cost->variation) : "";
  if (in_joules(report)) return {to_text(Joules{cost->median}), spread_text<Joules>(*cost), variation};
  if (report.cost == "duration_s")
    return {to_text(Seconds{cost->median}), spread_text<Seconds>(*cost), variation};
  return {figure_text(cost->median), spread_text<double>(*cost), variation};
}

std::string provenance_remark(const CellFacts& cell) {
  if (cell.provenance == Provenance::measured || !cell.energy) return "";
  if (cell.measured_share.value_or(0) > 0) return share_text(*cell.measured_share) + " measured";
  return std::string(name_of(cell.provenance));
}

DataTable cells_table(const CampaignReport& report) {
  const auto& facts = report.facts;
  DataTable table{"Cells",
                  {Align::left, Align::right, Align::right, Align::left, Align::right},
                  {"cell", "runs", name_of_cost(report.cost), "95 % interval or (range)", "variation"},
                  {}};
  const auto put_column = [&](Align align, const std::string& header) {
    table.columns.push_back(align);
    table.header.push_back(header);
  };
  const bool with_time = report.cost != "duration_s";
  const bool with_metric = facts.metric && facts.metric->name != report.cost;
  if (with_time) put_column(Align::right, "time");
  if (with_metric) put_column(Align::right, facts.metric->name);
  put_column(Align::left, "");
  for (const auto& cell : facts.cells) {
    std::vector<std::string> row{cell.title, std::to_string(cell.finished)};
    std::ranges::move(cost_texts(cell, report), std::back_inserter(row));
    if (with_time) row.push_back(cell.duration ? to_text(Seconds{cell.duration->median}) : "");
    if (with_metric) row.push_back(quality_text(cell.quality));
    auto remark = provenance_remark(cell);
    if (cell.failed > 0)
      remark += (remark.empty() ? "" : ", ") + std::to_string(cell.failed) + " not finished";
    row.push_back(remark);
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Section headline_section(const CampaignReport& report) {
  const auto& facts = report.facts;
  const auto most = report.plan.cells.size() * static_cast<std::size_t>(report.plan.repetitions.at_most);
  Section section{"In short", 1, {}};
  section.blocks.emplace_back(
      Paragraph{fmt::format("{} of at most {} repetitions of {} have finished. {}", facts.finished, most,
                            counted(report.plan.cells.size(), "cell"), failures_sentence(facts))});
  if (facts.beyond > 0)
    section.blocks.emplace_back(Paragraph{
        fmt::format("{} more had finished before the plan's number was lowered; they are in all figures.",
                    counted(facts.beyond, "repetition"))});
  section.blocks.emplace_back(Paragraph{spent_sentence(report) + " " + provenance_sentence(report)});
  if (facts.still_needed)
    section.blocks.emplace_back(Paragraph{"The campaign is not done: what follows will change."});
  if (report.cost != "energy_j")
    section.blocks.emplace_back(Paragraph{fmt::format(
        "Cells are compared by their {}, not by the energy of a run.", name_of_cost(report.cost))});
  for (const auto& [task, tradeoff] : report.tradeoffs)
    if (tradeoff)
      section.blocks.emplace_back(
          Paragraph{(task ? task->level + ": " : std::string()) + report::conclusion(*tradeoff)});
  if (facts.saved) section.blocks.emplace_back(Paragraph{saved_sentence(*facts.saved)});
  return section;
}

Section cells_section(const CampaignReport& report) {
  Section section{"The cells", 1, {}};
  auto plot = costs_picture(report);
  const std::string caption =
      "Medians with their 95 % intervals, which assume nothing of the distribution, or with the range where "
      "runs "
      "are fewer than six.";
  if (plot.rows.empty() || plot.rows.size() > most_rows_in_picture) {
    section.blocks.emplace_back(Paragraph{caption});
    section.blocks.emplace_back(cells_table(report));
    return section;
  }
  plot.description = caption;
  section.blocks.emplace_back(report::Figure{std::move(plot), caption, cells_table(report)});
  return section;
}

Section repetitions_section(const CampaignReport& report) {
  const auto& facts = report.facts;
  Section section{"Repetitions", 1, {}};
  if (!facts.decisions || !facts.saved) return section;
  const auto& rule = report.plan.repetitions;
  auto text = saved_sentence(*facts.saved) +
              fmt::format(" Each cell was repeated {} to {} times", rule.at_least, rule.at_most);
  if (rule.half_width)
    text += fmt::format(", until half the interval of its {} was at most {} of it",
                        rule.of_median ? "median" : "mean", share_text(*rule.half_width));
  if (!rule.compare.empty())
    text += fmt::format("{} until its comparisons by {} were decided", rule.half_width ? " or" : ",",
                        rule.compare);
  text +=
      rule.each_alone
          ? fmt::format(". Each interval by itself holds at {}.", share_text(rule.level))
          : fmt::format(". With {}, any of them is wrong in at most {} of such campaigns, over all looks.",
                        counted(facts.decisions->pairs.size() + (rule.half_width ? facts.cells.size() : 0),
                                "interval"),
                        share_text(1 - rule.level));
  section.blocks.emplace_back(Paragraph{std::move(text)});
  DataTable table{"Why each cell was not repeated further",
                  {Align::left, Align::right, Align::right, Align::left},
                  {"cell", "repetitions", "half the interval", "state"},
                  {}};
  for (const auto& cell : facts.cells)
    table.rows.push_back(
        {cell.title, std::to_string(cell.decision->attempts),
         cell.decision->relative_half_width ? share_text(*cell.decision->relative_half_width) : "",
         in_words(cell.decision->state)});
  section.blocks.emplace_back(std::move(table));
  if (facts.decisions->pairs.empty()) return section;
  DataTable pairs{"What the comparisons have decided",
                  {Align::left, Align::left, Align::left, Align::left, Align::right},
                  {"", "takes", "against", "interval of the ratio", "repetitions"},
                  {}};
  for (const auto& pair : facts.decisions->pairs) {
    const auto range = pair.ratio ? fmt::format("{:.3f} to {:.3f}", pair.ratio->low, pair.ratio->high) : "";
    const bool over = pair.verdict == stats::Verdict::undecided &&
                      (facts.cells[pair.cells.a].given_up || facts.cells[pair.cells.b].given_up);
    pairs.rows.push_back({facts.cells[pair.cells.a].title,
                          over ? "cannot be told" : std::string(name_of(pair.verdict)),
                          facts.cells[pair.cells.b].title, range,
                          std::to_string(pair.decided_at > 0 ? pair.decided_at : pair.pairs)});
  }
  section.blocks.emplace_back(std::move(pairs));
  return section;
}

}  // namespace joulecast::lab
