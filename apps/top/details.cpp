// What is known of the chosen run.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/text_table.hpp"
#include "top/marks.hpp"
#include "top/view.hpp"

namespace joulecast::top {
namespace {

constexpr int label_width = 10;

std::string label(std::string_view text) {
  return fmt::format("  {:<{}}", text, label_width);
}

Line component_line(const session::ComponentPower& part, const session::RunningRun& run,
                    const ViewSize& size) {
  const auto power = part.power ? to_text(*part.power) : "-";
  const auto energy = part.energy ? to_text(*part.energy) : "-";
  auto text = label(name_of(part.component)) + fmt::format("{:>9}  {:>9}  ", power, energy);
  const int room = std::min(size.columns - static_cast<int>(report::display_width(text)) - 1, 40);
  if (room < 8 || !part.power || !run.power || !(*run.power > Watts{0})) return {{text}};
  const double share = *part.power / *run.power;
  return {{text + bar(share, room - 6, size.unicode) + fmt::format(" {:3.0f} %", 100 * share)}};
}

Line power_line(const PowerHistory::Series& history, const ViewSize& size) {
  double highest = 0;
  for (const auto& watts : history)
    if (watts) highest = std::max(highest, watts->value());
  if (highest <= 0) return {{label("power") + "not known yet", Style::faint}};
  const auto scale = fmt::format(" 0 to {}", to_text(Watts{highest}));
  const int room = size.columns - label_width - 2 - static_cast<int>(scale.size()) - 1;
  return {{label("power") + sparkline(history, std::clamp(room, 0, 120), size.unicode)},
          {scale, Style::faint}};
}

Line progress_line(const session::RunningRun& run, const ViewSize& size) {
  const auto epochs =
      run.epochs > 0 ? fmt::format("  {} epoch{} ended", run.epochs, run.epochs == 1 ? "" : "s") : "";
  if (run.work_is_done) return {{label("done") + "all work, still running" + epochs}};
  if (!run.projection)
    return {{label("done") + (run.epochs > 0 ? epochs.substr(2) : "the training has told no progress"),
             Style::faint}};
  const double share = run.projection->share;
  return {{label("done") + bar(share, std::clamp(size.columns - 40, 8, 40), size.unicode) +
           fmt::format(" {:.0f} %", 100 * share) + epochs}};
}

Line forecast_line(const session::RunningRun& run) {
  if (run.work_is_done)
    return {{label("forecast") + "none: what still comes is not announced", Style::faint}};
  if (!run.projection) return {{label("forecast") + "none yet", Style::faint}};
  const auto& projection = *run.projection;
  auto text = label("forecast") + to_text(projection.total);
  if (projection.low && projection.high)
    text += fmt::format(" (90 %: {} to {})", to_text(*projection.low), to_text(*projection.high));
  if (!projection.ready) return {{text + ", not reliable yet", Style::faint}};
  return {{text}};
}

Line budget_line(const session::RunningRun& run) {
  auto text = label("budget") + to_text(*run.budget);
  if (run.energy && *run.budget > Joules{0})
    text += fmt::format(", {:.0f} % used", 100 * (*run.energy / *run.budget));
  const bool beyond =
      run.projection && !run.work_is_done && run.projection->ready && run.projection->total > *run.budget;
  if (!beyond) return {{text}};
  return {{text}, {", the forecast is beyond it!", Style::warning}};
}

}  // namespace

std::vector<Line> detail_lines(const session::RunningRun& run, const PowerHistory::Series& history,
                               const ViewSize& size) {
  std::vector<Line> lines;
  auto title = "  " + (run.name.empty() ? run.id : run.name + "  " + run.id);
  if (run.started) title += "  since " + to_iso8601(*run.started);
  lines.push_back(
      {{report::shorten(title, static_cast<std::size_t>(std::max(size.columns, 1))), Style::heading}});
  lines.push_back(power_line(history, size));
  for (const auto& part : run.components) lines.push_back(component_line(part, run, size));
  lines.push_back(progress_line(run, size));
  lines.push_back(forecast_line(run));
  if (run.budget) lines.push_back(budget_line(run));
  return lines;
}

}  // namespace joulecast::top
