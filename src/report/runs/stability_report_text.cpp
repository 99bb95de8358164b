#include <fmt/format.h>

#include "base/text.hpp"
#include "report/runs/stability_report.hpp"

namespace joulecast::report {
namespace {

std::string point_text(const stability::Stabilisation& point, stability::EpochSource source) {
  if (!point.stable_from) return fmt::format("{:<10} no point: {}\n", point.method, point.reason);
  std::string text = point.found
                         ? fmt::format("{:<10} stable from {}", point.method, to_text(*point.stable_from))
                         : fmt::format("{:<10} stable from the start: no change stands out", point.method);
  if (point.stable_epoch)
    text += fmt::format(", epoch {}{}", *point.stable_epoch,
                        source == stability::EpochSource::power ? " (by its power's cycles)" : "");
  if (point.censored)
    text += "; the method cannot look further: power became stable there or later (censored)";
  return text + "\n";
}

std::string cycles_text(const stability::RunStability& stability) {
  if (!stability.cycles) return "No period in the power: it does not show epochs.\n";
  const auto& cycles = *stability.cycles;
  return fmt::format("Power repeats every {} ({} cycles, confidence {:.2f}).\n",
                     to_text(Seconds{cycles.period * stability.signal.step.value()}), cycles.epochs.size(),
                     cycles.confidence);
}

}  // namespace

Plot to_plot(const session::StabilityOfRun& of_run) {
  const auto& stability = of_run.stability;
  Plot plot;
  plot.title = of_run.run.empty() ? "Power" : of_run.run;
  plot.subtitle = "Total power, and the point from which each method considers it stable";
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

std::string to_text(const session::StabilityOfRun& of_run) {
  const auto& stability = of_run.stability;
  std::string text;
  if (!of_run.run.empty()) text += of_run.run + "\n";
  for (const auto& point : stability.points) text += point_text(point, stability.epoch_source);
  return text + cycles_text(stability);
}

}  // namespace joulecast::report
