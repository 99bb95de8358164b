// What the runs show: which factor matters, what correctness costs, when power is stable, how right forecasts
// are.
#include <fmt/format.h>

#include "lab/results/campaign_document.hpp"
#include "lab/results/words.hpp"
#include "report/evaluate/evaluation_tables.hpp"
#include "report/phrases.hpp"
#include "report/tables/comparison_figures.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/left_out_report.hpp"

namespace joulecast::lab {
namespace {

using report::LeftOut;
using report::Paragraph;
using report::Section;

constexpr std::size_t most_pairs = 30;
constexpr std::size_t most_skipped = 5;

void put_warnings(const session::Comparison& comparison, Section& section) {
  for (const auto& warning : comparison.warnings)
    section.blocks.emplace_back(Paragraph{"Warning: " + warning + "."});
  for (const auto& warning : comparison.overall.warnings)
    section.blocks.emplace_back(Paragraph{"Warning: " + warning + "."});
}

/// A level whose dearest cells failed looks cheap.
std::string missing_cells(const CampaignReport& report) {
  std::vector<std::string> titles;
  for (const auto& cell : report.facts.cells)
    if (!cell.cost) titles.push_back(cell.title);
  if (titles.empty()) return {};
  constexpr std::size_t most_named = 8;
  const auto more = titles.size() > most_named ? titles.size() - most_named : 0;
  const auto count = titles.size();
  titles.resize(count - more);
  return fmt::format(
      "Of {} no {} is known ({}{}). Their levels are compared by the cells that remain, which are not "
      "the same for each level: where the dearest ones are missing, a level looks cheaper than it is.",
      counted(count, "cell"), name_of_cost(report.cost), report::join(titles, "; "),
      more > 0 ? fmt::format("; {} more", more) : "");
}

Section factor_section(const FactorComparison& factor, const std::string& cost) {
  const auto title = capitalised(name_of_cost(cost)) + " by " + factor.factor;
  Section section{title, 2, {}};
  if (!factor.comparison) {
    section.blocks.emplace_back(LeftOut{title, factor.comparison.error().message});
    return section;
  }
  const auto& comparison = *factor.comparison;
  section.blocks.emplace_back(report::groups_figure(comparison));
  section.blocks.emplace_back(Paragraph{"Compared by " + comparison.overall.why + "."});
  if (!comparison.overall.pairs.empty())
    section.blocks.emplace_back(report::pairs_table(comparison, most_pairs));
  if (comparison.factorial) {
    auto table = report::factorial_table(comparison);
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
    if (!comparison.factorial->note.empty())
      section.blocks.emplace_back(Paragraph{fmt::format("{} and {} together: {}.", comparison.group,
                                                        comparison.by, comparison.factorial->note)});
  }
  put_warnings(comparison, section);
  return section;
}

/// Cells of short runs have no such point at all: rows without a figure would only hide the others.
void put_stability(const std::vector<session::StabilityRow>& all, Section& section) {
  std::vector<session::StabilityRow> told;
  std::size_t runs = 0, cells = 0;
  for (const auto& row : all) {
    if (row.stable_s) {
      told.push_back(row);
      continue;
    }
    runs += row.runs;
    ++cells;
  }
  if (!told.empty()) section.blocks.emplace_back(report::stability_table(told));
  if (cells > 0)
    section.blocks.emplace_back(
        LeftOut{told.empty() ? "Stabilisation" : counted(cells, "further cell"),
                fmt::format("in none of the {} was power stable before the end: they are too short for "
                            "their readings",
                            counted(runs, "run"))});
}

/// A forecast that had to wait until everything was spent is right, and of no use.
void put_late_methods(const estimate::OnlineEvaluation& evaluation, Section& section) {
  constexpr double all_of_it = 0.995;
  constexpr double least_error = 0.05;  // percent; a method with more of it does not repeat what it saw
  std::vector<std::string> late;
  for (const auto& method : evaluation.methods)
    if (method.energy.observed_fraction >= all_of_it && method.energy.median_ape < least_error)
      late.push_back(method.name);
  if (late.empty()) return;
  section.blocks.emplace_back(
      Paragraph{fmt::format("{} saw all of the energy before {} told anything, since the runs ended before "
                            "power was stable: their small error says nothing of forecasts.",
                            report::join(late, ", "), late.size() == 1 ? "it" : "they")});
}

Section stability_section(const Result<session::CampaignCourses>& courses) {
  Section section{"When power became stable", 1, {}};
  if (!courses) {
    section.blocks.emplace_back(LeftOut{"Stabilisation", courses.error().message});
    return section;
  }
  if (courses->stability.empty())
    section.blocks.emplace_back(LeftOut{"Stabilisation", courses->without_stability.empty()
                                                             ? "no finished run is in the store"
                                                             : courses->without_stability.front().message});
  else
    put_stability(courses->stability, section);
  if (!courses->without_stability.empty() && !courses->stability.empty())
    section.blocks.emplace_back(
        LeftOut{counted(courses->without_stability.size(), "run"),
                "left out, the first because " + courses->without_stability.front().message});
  return section;
}

Section estimators_section(const Result<session::CampaignCourses>& courses) {
  Section section{"How right the estimates would have been", 1, {}};
  if (!courses) {
    section.blocks.emplace_back(LeftOut{"Estimates", courses.error().message});
    return section;
  }
  if (courses->online) {
    section.blocks.emplace_back(report::online_table(*courses->online));
    put_late_methods(*courses->online, section);
    const auto& skipped = courses->online->skipped;
    for (std::size_t i = 0; i < std::min(skipped.size(), most_skipped); ++i)
      section.blocks.emplace_back(LeftOut{"Run " + skipped[i].path, skipped[i].reason});
    if (skipped.size() > most_skipped)
      section.blocks.emplace_back(
          LeftOut{counted(skipped.size() - most_skipped, "further run"), "cannot be scored either"});
  } else {
    section.blocks.emplace_back(LeftOut{"Forecasts while a run ran", courses->online.error().message});
  }
  if (courses->offline) {
    section.blocks.emplace_back(report::offline_table(*courses->offline));
    if (!courses->left_out_of_offline.empty())
      section.blocks.emplace_back(Paragraph{courses->left_out_of_offline + "."});
  } else {
    section.blocks.emplace_back(LeftOut{"Predictions before a run", courses->offline.error().message});
  }
  return section;
}

}  // namespace

std::vector<Section> statistics_sections(const CampaignReport& report) {
  if (report.factors.empty()) return {};
  Section first{"What makes the difference", 1, {}};
  first.blocks.emplace_back(
      Paragraph{"Each factor over all levels of the others; its interaction with one other factor by the "
                "aligned rank transform, which assumes no distribution."});
  if (auto missing = missing_cells(report); !missing.empty())
    first.blocks.emplace_back(Paragraph{std::move(missing)});
  std::vector<Section> sections{std::move(first)};
  for (const auto& factor : report.factors) sections.push_back(factor_section(factor, report.cost));
  return sections;
}

std::vector<Section> tradeoff_sections(const CampaignReport& report) {
  std::vector<Section> sections;
  for (const auto& [task, tradeoff] : report.tradeoffs) {
    const auto title = capitalised(name_of_cost(report.cost)) + " against correctness" +
                       (task ? ": " + task->level : std::string());
    auto& section = sections.emplace_back(Section{title, 1, {}});
    if (tradeoff) {
      section.blocks.emplace_back(report::front_figure(*tradeoff));
      for (const auto& warning : tradeoff->warnings)
        section.blocks.emplace_back(Paragraph{"Warning: " + warning + "."});
    } else {
      section.blocks.emplace_back(LeftOut{title, tradeoff.error().message});
    }
  }
  return sections;
}

std::vector<Section> courses_sections(const CampaignReport& report) {
  return {stability_section(report.courses), estimators_section(report.courses)};
}

}  // namespace joulecast::lab
