#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "report/plain_text.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/left_out_report.hpp"
#include "report/tables/recommendation_report.hpp"
#include "report/tables/tradeoff_report.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

constexpr std::size_t most_rows = 15;

std::string name_in(const session::TrainingRecommendation& report, std::size_t alternative) {
  const auto& a = report.alternatives[alternative];
  return printable(a.name()) +
         (a.provenance == Provenance::measured ? "" : fmt::format(" ({})", name_of(a.provenance)));
}

/// The columns that the requirements refer to, each once.
std::vector<std::string> required_columns(const session::TrainingRecommendation& report) {
  std::vector<std::string> columns;
  for (const auto& constraint : report.options.constraints)
    if (constraint.column != report.options.minimise &&
        std::find(columns.begin(), columns.end(), constraint.column) == columns.end())
      columns.push_back(constraint.column);
  return columns;
}

std::string ranking(const session::TrainingRecommendation& report) {
  const auto columns = required_columns(report);
  std::vector<std::string> header{"alternative", "runs", report.options.minimise};
  header.insert(header.end(), columns.begin(), columns.end());
  header.insert(header.end(), {"chosen", "why not"});
  std::vector<Align> alignment(header.size(), Align::right);
  alignment.front() = alignment.back() = Align::left;
  TextTable table(std::move(alignment));
  table.add(header);
  const auto& ranked = report.recommendation.ranked;
  for (std::size_t i = 0; i < std::min(ranked.size(), most_rows); ++i) {
    const auto& alternative = report.alternatives[ranked[i].alternative];
    std::vector<std::string> row{name_in(report, ranked[i].alternative), fmt::format("{}", alternative.runs),
                                 fmt::format("{:.4g}", ranked[i].cost)};
    for (const auto& column : columns) {
      const auto value = tradeoff::typical(alternative, column);
      row.push_back(value ? fmt::format("{:.4g}", *value) : "unknown");
    }
    row.push_back(fmt::format("{:.0f} %", 100 * ranked[i].chosen_share));
    row.push_back(printable(fmt::format("{}", fmt::join(ranked[i].broken, "; "))));
    table.add(std::move(row));
  }
  auto text = table.text();
  if (ranked.size() > most_rows)
    text += fmt::format("  ... and {} more: see --json\n", ranked.size() - most_rows);
  return text + "  (chosen = how often it is the choice when the runs are drawn anew)\n";
}

}  // namespace

std::string conclusion(const session::TrainingRecommendation& report) {
  const auto& result = report.recommendation;
  const auto& choice = result.choice();
  auto text = fmt::format("Take {}: {}", name_in(report, choice.alternative),
                          figure_text(choice.cost, report.options.minimise));
  if (choice.alternative == result.baseline) {
    text += ", which is also the baseline";
  } else {
    text += fmt::format(", {} {} than {} ({})", percent_text(std::abs(result.saving)),
                        result.saving >= 0 ? "less" : "more", name_in(report, result.baseline),
                        figure_text(result.baseline_cost, report.options.minimise));
    if (std::isfinite(result.saving_interval.low))
      text += fmt::format(", 95 % interval {} to {}", percent_text(result.saving_interval.low),
                          percent_text(result.saving_interval.high));
  }
  const auto& alternative = report.alternatives[choice.alternative];
  text += fmt::format(
      ". It is the cheapest that keeps every requirement in {:.0f} % of cases when the runs are drawn anew",
      100 * choice.chosen_share);
  if (alternative.provenance != Provenance::measured) {
    text += "; its figures are predicted, not measured: train it once before relying on them";
  } else if (alternative.runs < 3) {
    text += fmt::format("; it rests on {} run{}: repeat it before relying on it", alternative.runs,
                        alternative.runs == 1 ? "" : "s");
  }
  return text + ".";
}

std::string to_text(const session::TrainingRecommendation& report, int width) {
  const auto columns = static_cast<std::size_t>(std::max(40, width));
  const auto line = [&](const std::string& sentence) {
    return wrapped(printable(sentence), columns, "  ") + "\n";
  };
  std::vector<std::string> wishes;
  for (const auto& constraint : report.options.constraints) wishes.push_back(constraint.text);
  auto text =
      line(fmt::format("Least {}{}{} ({} alternatives by {}, {})", report.options.minimise,
                       wishes.empty() ? "" : " with ", fmt::join(wishes, " and "),
                       report.recommendation.ranked.size(), fmt::join(report.keys, ", "), report.source));
  text += "\n" + ranking(report) + "\n";
  for (const auto& warning : with_left_out(report.left_out, "left out of its median", report.warnings))
    text += line("Warning: " + warning);
  return text + "\n" + line("Conclusion: " + conclusion(report));
}

}  // namespace joulecast::report
