#include "report/stability_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using nlohmann::ordered_json;

std::string_view name_of(stability::EpochSource source) {
  switch (source) {
    case stability::EpochSource::recorded:
      return "recorded";
    case stability::EpochSource::power:
      return "power";
    case stability::EpochSource::none:
      break;
  }
  return "none";
}

ordered_json point_json(const stability::Stabilisation& point) {
  ordered_json json{{"method", point.method}};
  json["stable_from_s"] =
      point.stable_from ? ordered_json(point.stable_from->value()) : ordered_json(nullptr);
  json["stable_epoch"] = or_null(point.stable_epoch);
  json["censored"] = point.censored;
  json["change_found"] = point.found;
  if (!point.reason.empty()) json["reason"] = point.reason;
  return json;
}

ordered_json cycles_json(const stability::RunStability& stability) {
  if (!stability.cycles) return nullptr;
  const auto& cycles = *stability.cycles;
  ordered_json json{{"period_s", cycles.period * stability.signal.step.value()},
                    {"strength", cycles.strength},
                    {"confidence", cycles.confidence},
                    {"epochs", ordered_json::array()}};
  for (std::size_t i = 0; i < cycles.epochs.size(); ++i) {
    ordered_json epoch{{"epoch", i}};
    if (stability.epoch_source == stability::EpochSource::power) {
      epoch["start_s"] = stability.epochs[i].begin.value();
      epoch["end_s"] = stability.epochs[i].end.value();
    } else {
      const auto& times = stability.signal.times;
      const auto at = [&](double sample) {
        return times[std::min(static_cast<std::size_t>(sample), times.size() - 1)];
      };
      epoch["start_s"] = at(cycles.epochs[i].begin);
      epoch["end_s"] = at(cycles.epochs[i].end);
    }
    epoch["confidence"] = cycles.epochs[i].confidence;
    json["epochs"].push_back(std::move(epoch));
  }
  return json;
}

std::string point_text(const stability::Stabilisation& point, stability::EpochSource source) {
  if (!point.stable_from) return fmt::format("{:<10} no point: {}\n", point.method, point.reason);
  std::string text = point.found
                         ? fmt::format("{:<10} stable from {}", point.method, to_text(*point.stable_from))
                         : fmt::format("{:<10} stable from the start: no change stands out", point.method);
  if (point.stable_epoch)
    text += fmt::format(", epoch {}{}", *point.stable_epoch,
                        source == stability::EpochSource::power ? " (by its power's cycles)" : "");
  if (point.censored) text += "; the method sees no further: there or beyond (censored)";
  return text + "\n";
}

std::string cycles_text(const stability::RunStability& stability) {
  if (!stability.cycles) return "No period in the power: it does not show epochs.\n";
  const auto& cycles = *stability.cycles;
  return fmt::format("Power repeats every {} ({} cycles, confidence {:.2f}).\n",
                     to_text(Seconds{cycles.period * stability.signal.step.value()}), cycles.epochs.size(),
                     cycles.confidence);
}

ordered_json spread_json(const std::optional<session::Spread>& spread) {
  if (!spread) return nullptr;
  return {{"count", spread->count},
          {"median", spread->median},
          {"mean", spread->mean},
          {"p10", spread->p10},
          {"p90", spread->p90}};
}

ordered_json group_json(const session::StabilityGroup& group) {
  ordered_json json{{"source", group.source}};
  if (group.nodes == 0) return json;  // a source as a whole
  json["architecture"] = group.architecture;
  json["gpu"] = group.gpu;
  json["nodes"] = group.nodes;
  json["stream"] = group.stream.empty() ? ordered_json(nullptr) : ordered_json(group.stream);
  return json;
}

ordered_json row_json(const session::StabilityRow& row) {
  auto json = group_json(row.group);
  json["method"] = row.method;
  json["runs"] = row.runs;
  json["without_point"] = row.without_point;
  const auto points = row.runs - row.without_point;
  json["censored_share"] = points > 0
                               ? ordered_json(static_cast<double>(row.censored) / static_cast<double>(points))
                               : ordered_json(nullptr);
  json["stable_from_s"] = spread_json(row.stable_s);
  json["stable_epoch"] = spread_json(row.stable_epoch);
  json["projection_error"] = spread_json(row.projection_error);
  json["observed_share"] = spread_json(row.observed);
  return json;
}

ordered_json rhythm_json(const session::RhythmRow& row) {
  auto json = group_json(row.group);
  json["runs"] = row.runs;
  json["with_period"] = row.with_period;
  json["period_s"] = spread_json(row.period_s);
  json["confidence"] = spread_json(row.confidence);
  json["epochs_seen"] = spread_json(row.epochs_seen);
  json["epochs_known"] = spread_json(row.epochs_known);
  json["count_difference"] = spread_json(row.count_difference);
  json["boundaries_found"] = spread_json(row.boundaries_found);
  return json;
}

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

// Two boards of one architecture differ: the board's name stands under its group, cut to its last word or
// two.
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

Plot stability_plot(const trace::Run& run, const stability::RunStability& stability) {
  Plot plot;
  plot.title = run.info.id.empty() ? "Power" : run.info.id;
  plot.subtitle = "Total power, and from where each method holds it for stable";
  plot.x.label = "time (s)";
  plot.y.label = "power (W)";
  Series power;
  power.label = "power";
  power.x = stability.signal.times;
  power.y = stability.signal.watts;
  plot.series.push_back(std::move(power));
  for (const auto& point : stability.points)
    if (point.stable_from)
      plot.rules.push_back(
          {point.censored ? point.method + " (censored)" : point.method, point.stable_from->value(), true});
  return plot;
}

std::string stability_text(const trace::Run& run, const stability::RunStability& stability) {
  std::string text;
  if (!run.info.id.empty()) text += run.info.id + "\n";
  for (const auto& point : stability.points) text += point_text(point, stability.epoch_source);
  return text + cycles_text(stability);
}

ordered_json stability_json(const trace::Run& run, const stability::RunStability& stability) {
  ordered_json json = point_json(stability.points.front());
  json["run"] = run.info.id;
  json["epochs_from"] = name_of(stability.epoch_source);
  json["cycles"] = cycles_json(stability);
  if (stability.points.size() == 1) return json;
  json["methods"] = ordered_json::array();
  for (const auto& point : stability.points) json["methods"].push_back(point_json(point));
  return json;
}

std::string summary_text(const session::StabilitySummary& summary) {
  std::string text = rows_text(summary.groups) + "\n" + rows_text(summary.sources);
  text +=
      "error: of the projection from that point (energy of the next 5 epochs times the work that is left); "
      "seen: share of\n"
      "the energy measured by then. Medians over runs; - : not known.\n\n";
  text += rhythms_text(summary.rhythms);
  text += fmt::format("\n{} runs", summary.runs);
  if (!summary.skipped.empty()) text += fmt::format(", {} not usable:", summary.skipped.size());
  text += "\n";
  for (const auto& skipped : summary.skipped) text += "  " + skipped + "\n";
  return text;
}

ordered_json summary_json(const session::StabilitySummary& summary) {
  ordered_json json{{"runs", summary.runs},
                    {"groups", ordered_json::array()},
                    {"sources", ordered_json::array()},
                    {"cycles", ordered_json::array()},
                    {"skipped", summary.skipped}};
  for (const auto& row : summary.groups) json["groups"].push_back(row_json(row));
  for (const auto& row : summary.sources) json["sources"].push_back(row_json(row));
  for (const auto& row : summary.rhythms) json["cycles"].push_back(rhythm_json(row));
  return json;
}

}  // namespace joulecast::report
