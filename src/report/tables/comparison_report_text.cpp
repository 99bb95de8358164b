#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/csv_scanner.hpp"
#include "base/text.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/pictures/terminal_plot.hpp"
#include "report/plain_text.hpp"
#include "report/tables/comparison_report.hpp"
#include "report/tables/left_out_report.hpp"
#include "report/text_table.hpp"
#include "stats/distributions.hpp"

namespace joulecast::report {
namespace {

constexpr std::size_t most_pairs_shown = 30;

/// Aligns the first column and column `also_left` to the left and figures to the right.
TextTable table_of(const std::vector<std::string>& header, std::size_t also_left = 0) {
  std::vector<Align> columns(header.size(), Align::right);
  columns[0] = columns[also_left] = Align::left;
  TextTable table(std::move(columns));
  table.add(header);
  return table;
}

std::string title_of(const std::string& test) {
  if (test == "kruskal-wallis") return "Kruskal-Wallis";
  if (test == "mann-whitney") return "Mann-Whitney";
  if (test == "welch-anova") return "Welch's ANOVA";
  if (test == "welch-t") return "Welch's t";
  if (test == "games-howell") return "Games-Howell";
  return "Dunn with Holm's correction";
}

std::string effect_title(const std::string& name) {
  if (name == "eta_squared") return "eta squared";
  if (name == "omega_squared") return "omega squared";
  if (name == "cliffs_delta") return "Cliff's delta";
  return "Hedges' g";
}

std::string p_phrase(double p) {
  const auto text = stats::p_text(p);
  return text.starts_with('<') ? "p " + text : "p = " + text;
}

std::string range_text(const stats::Range& range) {
  return std::isfinite(range.low) ? fmt::format("[{:.4g}, {:.4g}]", range.low, range.high) : "-";
}

std::string test_line(const stats::TestOutcome& test) {
  std::string df;
  if (test.df1)
    df =
        test.df2 ? fmt::format("({:.4g}, {:.4g})", *test.df1, *test.df2) : fmt::format("({:.4g})", *test.df1);
  std::string interval;
  if (test.effect_interval) interval = " " + range_text(*test.effect_interval);
  return fmt::format("{} {:.3f}{} ({}); {}: {}{} = {:.6g}, {}", effect_title(test.effect_name), test.effect,
                     interval, test.magnitude, title_of(test.name), test.statistic_name, df, test.statistic,
                     p_phrase(test.p_value));
}

std::string normality_word(const stats::GroupFacts& facts, double alpha) {
  if (!facts.normality) return "unknown";
  return facts.normality->p_value < alpha ? "no" : "not denied";
}

std::string groups_table(const stats::ComparisonResult& result, const std::string& group) {
  const bool by_median = result.approach == stats::Approach::ranks;
  auto table =
      table_of({printable(group), "n", "median", fmt::format("{:.0f} % interval", 100 * (1 - result.alpha)),
                "mean", "sd", "CV", "normal?", "outliers"});
  for (const auto& facts : result.groups) {
    const auto& s = facts.summary;
    table.add({printable(facts.name), fmt::format("{}", s.n), fmt::format("{:.4g}", s.median),
               range_text(facts.median_interval), fmt::format("{:.4g}", s.mean), fmt::format("{:.3g}", s.sd),
               s.mean > 0 ? fmt::format("{:.1f} %", 100 * s.sd / s.mean) : "-",
               normality_word(facts, result.alpha), fmt::format("{}", facts.outliers.size())});
  }
  return table.text() + (by_median ? "" : "  (the test compares the means)\n");
}

std::string pairs_table(const stats::ComparisonResult& result) {
  if (result.groups.size() == 2 || result.pairs.empty()) return "";
  auto order = result.pairs;
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.p_adjusted < b.p_adjusted; });
  auto table = table_of({"pair", "medians", "Cliff's delta", "interval", "size", "p"}, 4);
  for (std::size_t i = 0; i < std::min(order.size(), most_pairs_shown); ++i) {
    const auto& pair = order[i];
    table.add({printable(fmt::format("{} - {}", result.groups[pair.a].name, result.groups[pair.b].name)),
               pair.median_ratio ? fmt::format("x {:.3f}", *pair.median_ratio)
                                 : fmt::format("{:+.3g}", pair.median_difference),
               fmt::format("{:+.3f}", pair.delta.value), range_text(pair.delta.interval),
               std::string(stats::magnitude_of_delta(pair.delta.value)),
               stats::p_text(pair.p_adjusted) + (pair.p_adjusted < result.alpha ? "" : "  (not shown)")});
  }
  auto text = fmt::format("\nPairs ({}; p is corrected for multiple comparisons):\n{}",
                          title_of(result.pair_test), table.text());
  if (order.size() > most_pairs_shown)
    text += fmt::format("  ... and {} more: see --json or --csv\n", order.size() - most_pairs_shown);
  return text;
}

std::string variance_line(const stats::ComparisonResult& result) {
  if (!result.equal_variance) return "Variances: not compared, " + result.equal_variance_note;
  return fmt::format(
      "Variances: {} (Levene about the median, F = {:.3g}, {})",
      result.equal_variance->p_value < result.alpha ? "differ between groups" : "no difference shown",
      result.equal_variance->statistic, p_phrase(result.equal_variance->p_value));
}

std::string repetitions_line(const stats::ComparisonResult& result) {
  if (result.repetitions.empty()) return "";
  std::vector<std::string> parts;
  for (const auto& plan : result.repetitions)
    parts.push_back(fmt::format("{:.3g} %: {}", 100 * plan.relative_difference,
                                plan.n ? fmt::format("{}", *plan.n) : "over a million"));
  auto text = fmt::format(
      "Repetitions a group that would show a difference between any two groups of {} (80 % power)",
      fmt::join(parts, ", "));
  if (result.detectable_difference)
    text += fmt::format("; these runs show about {}", percent_text(*result.detectable_difference));
  return text;
}

std::string factorial_text(const session::Comparison& report) {
  if (!report.factorial) return "";
  std::string text = fmt::format("\n{} and {} together:\n", printable(report.group), printable(report.by));
  const auto rows = [&](const stats::FactorialResult& result, const char* test, const char* statistic) {
    const std::pair<std::string, const stats::FactorEffect*> effects[] = {
        {report.group, &result.a}, {report.by, &result.b}, {"interaction", &result.interaction}};
    auto table = table_of({test, "effect", "size", statistic, "p"}, 2);
    for (const auto& [name, effect] : effects)
      table.add({printable(name), fmt::format("{:.3f}", effect->partial_eta_squared),
                 std::string(stats::magnitude_of_eta_squared(effect->partial_eta_squared)),
                 fmt::format("{:.5g}", effect->statistic), stats::p_text(effect->p_value)});
    text += table.text();
  };
  if (report.factorial->art) rows(*report.factorial->art, "ART-ANOVA (partial eta squared)", "F");
  if (report.factorial->scheirer_ray_hare) {
    rows(*report.factorial->scheirer_ray_hare, "Scheirer-Ray-Hare (eta squared)", "H");
    text +=
        "  Scheirer-Ray-Hare: for comparison with the literature; its interaction p can be too small or too "
        "large\n"
        "  where both factors matter.\n";
  }
  if (!report.factorial->note.empty()) text += "  " + printable(report.factorial->note) + "\n";
  for (const auto& level : report.levels) {
    const auto name = printable(level.level);
    text += level.comparison ? fmt::format("  within {}: {}\n", name, test_line(level.comparison->test))
                             : fmt::format("  within {}: {}\n", name, printable(level.note));
  }
  return text;
}

}  // namespace

std::string to_text(const session::Comparison& report, int width, bool unicode) {
  const auto columns = static_cast<std::size_t>(std::max(40, width));
  const auto& result = report.overall;
  const auto line = [&](const std::string& sentence) {
    return wrapped(printable(sentence), columns, "  ") + "\n";
  };
  std::string text =
      fmt::format("{} by {}: {} runs in {} groups ({})\n\n", printable(report.value), printable(report.group),
                  result.n, result.groups.size(), printable(report.source));
  text += groups_table(result, report.group) + "\n";
  if (result.groups.size() <= 12) {
    auto plot = to_plot(report);
    plot.title.clear();
    text += to_terminal(plot,
                        {.width = std::min(width, 100), .height = 10, .unicode = unicode, .colour = false}) +
            "\n";
  }
  text += line("Effect: " + test_line(result.test));
  if (result.other_test) text += line("Also:   " + test_line(*result.other_test));
  text += line("Why " + result.why);
  text += line(variance_line(result));
  text += line("Rests on: " + result.test.assumption);
  text += pairs_table(result);
  text += factorial_text(report) + "\n";
  if (const auto repetitions = repetitions_line(result); !repetitions.empty()) text += line(repetitions);
  for (const auto& warning : with_left_out(report.left_out, "left out", report.warnings))
    text += line("Warning: " + warning);
  for (const auto& warning : result.warnings) text += line("Warning: " + warning);
  text += "\n" + line("Conclusion: " + conclusion(report));
  return text;
}

std::string to_csv(const session::Comparison& report) {
  const auto& result = report.overall;
  std::string csv =
      "kind,name,other,n,n_other,median,median_other,effect,effect_size,effect_low,effect_high,statistic,p_"
      "value,p_adjusted\n";
  for (const auto& group : result.groups)
    csv += fmt::format("group,{},,{},,{},,,,,,,,\n", csv_cell(group.name), group.summary.n,
                       group.summary.median);
  for (const auto* test : {&result.test, result.other_test ? &*result.other_test : nullptr}) {
    if (!test) continue;
    const auto interval = test->effect_interval
                              ? fmt::format("{},{}", test->effect_interval->low, test->effect_interval->high)
                              : ",";
    csv += fmt::format("test,{},,{},,,,{},{},{},{},{},\n", test->name, result.n, test->effect_name,
                       test->effect, interval, test->statistic, test->p_value);
  }
  for (const auto& pair : result.pairs) {
    const auto& a = result.groups[pair.a];
    const auto& b = result.groups[pair.b];
    csv += fmt::format("pair,{},{},{},{},{},{},cliffs_delta,{},{},{},{},{},{}\n", csv_cell(a.name),
                       csv_cell(b.name), a.summary.n, b.summary.n, a.summary.median, b.summary.median,
                       pair.delta.value, pair.delta.interval.low, pair.delta.interval.high, pair.statistic,
                       pair.p_value, pair.p_adjusted);
  }
  return csv;
}

BoxPlot to_plot(const session::Comparison& report) {
  BoxPlot plot;
  double largest = 0;
  double smallest = std::numeric_limits<double>::infinity();
  for (const auto& group : report.values)
    for (const double value : group.values) {
      largest = std::max(largest, std::abs(value));
      smallest = std::min(smallest, value);
    }
  const auto axis = axis_unit(report.value, largest);
  plot.title = fmt::format("{} by {}", axis.label.substr(0, axis.label.find(',')), report.group);
  const auto& test = report.overall.test;
  plot.subtitle = fmt::format("{} {:.3g} ({}), {}", effect_title(test.effect_name), test.effect,
                              test.magnitude, p_phrase(test.p_value));
  plot.value.label = axis.label;
  constexpr double too_wide_for_a_linear_axis = 30;
  plot.value.logarithmic = smallest > 0 && largest > too_wide_for_a_linear_axis * smallest;
  for (const auto& group : report.values) {
    plot.groups.push_back({group.name, group.values});
    for (double& value : plot.groups.back().values) value /= axis.divisor;
  }
  return plot;
}

}  // namespace joulecast::report
