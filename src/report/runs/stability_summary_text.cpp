#include <fmt/format.h>

#include "report/runs/stability_report.hpp"

namespace joulecast::report {
namespace {

std::string label_of(const session::StabilityGroup& group) {
  if (group.nodes == 0) return group.source;
  std::string label = fmt::format("{} {}", group.source, group.architecture);
  if (group.nodes > 1) label += fmt::format(" {} nodes", group.nodes);
  if (!group.stream.empty()) label += " " + group.stream;
  return label;
}

std::string median_text(const std::optional<session::Spread>& spread, double factor, int digits) {
  return spread ? fmt::format("{:.{}f}", spread->median * factor, digits) : "-";
}

// Keeps the end of a board's name ("RTX 3090"), which tells boards apart.
std::string board_of(const session::StabilityGroup& group) {
  constexpr std::size_t width = 14;
  return group.gpu.size() <= width ? group.gpu : group.gpu.substr(group.gpu.size() - width);
}

std::string rows_text(const std::vector<session::StabilityRow>& rows) {
  std::string text = fmt::format(
      "{:<38} {:<14} {:<9} {:>5} {:>9} {:>13} {:>6} {:>9} {:>7} {:>6} {:>6} {:>6}\n", "runs of", "board",
      "method", "runs", "stable s", "p10..p90", "epoch", "censored", "error %", "mean", "p90", "seen %");
  for (const auto& row : rows) {
    const auto points = row.runs - row.without_point;
    const auto spread =
        row.stable_s ? fmt::format("{:.0f}..{:.0f}", row.stable_s->p10, row.stable_s->p90) : "-";
    const auto& error = row.projection_error;
    text += fmt::format(
        "{:<38} {:<14} {:<9} {:>5} {:>9} {:>13} {:>6} {:>9} {:>7} {:>6} {:>6} {:>6}\n", label_of(row.group),
        board_of(row.group), row.method,
        row.without_point == 0 ? fmt::format("{}", row.runs) : fmt::format("{}/{}", points, row.runs),
        median_text(row.stable_s, 1, 0), spread, median_text(row.stable_epoch, 1, 0),
        points > 0
            ? fmt::format("{:.0f} %", 100.0 * static_cast<double>(row.censored) / static_cast<double>(points))
            : "-",
        median_text(error, 100, 2), error ? fmt::format("{:.2f}", error->mean * 100) : "-",
        error ? fmt::format("{:.2f}", error->p90 * 100) : "-", median_text(row.observed, 100, 0));
  }
  return text;
}

std::string rhythms_text(const std::vector<session::RhythmRow>& rows) {
  std::string text = fmt::format("{:<38} {:<14} {:>9} {:>9} {:>11} {:>7} {:>7} {:>12} {:>10}\n",
                                 "cycles in the power of", "board", "periodic", "period s", "confidence",
                                 "cycles", "epochs", "difference", "boundaries");
  for (const auto& row : rows)
    text += fmt::format(
        "{:<38} {:<14} {:>9} {:>9} {:>11} {:>7} {:>7} {:>12} {:>10}\n", label_of(row.group),
        board_of(row.group), fmt::format("{}/{}", row.with_period, row.runs), median_text(row.period_s, 1, 1),
        median_text(row.confidence, 1, 2), median_text(row.epochs_seen, 1, 0),
        median_text(row.epochs_known, 1, 0), median_text(row.count_difference, 1, 0),
        row.boundaries_found ? fmt::format("{:.0f} %", row.boundaries_found->median * 100) : "-");
  return text;
}

}  // namespace

std::string to_text(const session::StabilitySummary& summary) {
  std::string text = rows_text(summary.groups) + "\n" + rows_text(summary.sources);
  text +=
      "error: of the projection from that point (energy of the next 5 epochs times the work that is left); "
      "seen: share of\n"
      "the energy measured by then. Medians over runs; - : not known.\n\n";
  text += rhythms_text(summary.rhythms);
  text += fmt::format("\n{} runs", summary.runs);
  if (!summary.left_out.empty()) text += fmt::format(", {} not usable:", summary.left_out.size());
  text += "\n";
  for (const auto& run : summary.left_out) text += "  " + to_string(run) + "\n";
  return text;
}

}  // namespace joulecast::report
