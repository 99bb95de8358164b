#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/text.hpp"
#include "report/pictures/axis_unit.hpp"
#include "report/pictures/scale.hpp"
#include "report/tables/tradeoff_report.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

/// With more alternatives than this, only those on the front are named.
constexpr std::size_t most_named = 12;
constexpr std::size_t longest_name = 32;

/// Limits the quality axis to the medians and their intervals. Failed runs far below would otherwise compress
/// them into one line.
void focus_on_medians(const session::Tradeoff& report, const Series& runs, Plot& plot) {
  Scale scale{Axis{}};
  for (const auto& p : report.overview.placed) {
    scale.include(p.quality);
    scale.include(p.quality_interval.low);
    scale.include(p.quality_interval.high);
  }
  scale.finish();
  plot.y.min = scale.low();
  plot.y.max = scale.high();
  const auto outside = std::count_if(runs.y.begin(), runs.y.end(),
                                     [&](double y) { return y < scale.low() || y > scale.high(); });
  if (outside > 0)
    plot.subtitle = fmt::format("{} of {} runs lie below or above the picture", outside, runs.y.size());
}

/// How many leading words all these labels have in common, such as "NVIDIA GeForce". What stays is not a mere
/// number: of "network 1", both words stay.
std::size_t common_words(const std::vector<std::string_view>& labels) {
  constexpr std::size_t shortest_name = 4;
  auto common = split(labels.front(), ' ');
  for (const auto& label : labels) {
    const auto words = split(label, ' ');
    const auto last = words.back().size() < shortest_name ? 2u : 1u;
    const auto most = std::min(common.size(), words.size() - std::min<std::size_t>(last, words.size()));
    std::size_t n = 0;
    while (n < most && common[n] == words[n]) ++n;
    common.resize(n);
  }
  return common.size();
}

/// The names of the alternatives without what the labels of a column have in common.
std::vector<std::string> short_names(const session::Tradeoff& report) {
  std::vector<std::string> names(report.alternatives.size());
  for (std::size_t column = 0; column < report.keys.size(); ++column) {
    std::vector<std::string_view> labels;
    for (const auto& alternative : report.alternatives) labels.emplace_back(alternative.labels[column]);
    // A column that says the same of all distinguishes none.
    if (report.keys.size() > 1 && std::ranges::count(labels, labels.front()) == std::ssize(labels)) continue;
    const auto skipped = common_words(labels);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto words = split(labels[i], ' ');
      names[i] += names[i].empty() ? "" : " / ";
      for (std::size_t w = skipped; w < words.size(); ++w)
        names[i].append(w > skipped ? " " : "").append(words[w]);
    }
  }
  for (auto& name : names) {
    if (report.keys.size() == 1 && parse_double(name)) name.insert(0, report.keys.front() + " ");
    name = shorten(name, longest_name);
  }
  return names;
}

/// Adds a median with its intervals.
void add(Series& series, const tradeoff::Placed& placed, double divisor) {
  series.x.push_back(placed.cost / divisor);
  series.y.push_back(placed.quality);
  series.x_low.push_back(placed.cost_interval.low / divisor);
  series.x_high.push_back(placed.cost_interval.high / divisor);
  series.y_low.push_back(placed.quality_interval.low);
  series.y_high.push_back(placed.quality_interval.high);
}

bool has_meter_intervals(const tradeoff::Overview& overview) {
  return std::ranges::any_of(overview.placed, &tradeoff::Placed::cost_by_meters);
}

bool has_intervals(const tradeoff::Overview& overview) {
  return std::ranges::any_of(overview.placed, [](const auto& p) {
    return std::isfinite(p.cost_interval.low) || std::isfinite(p.quality_interval.low);
  });
}

}  // namespace

Plot to_plot(const session::Tradeoff& report) {
  const auto& placed = report.overview.placed;
  const auto cost = axis_unit(report.options.cost, placed.back().cost);
  const auto names = short_names(report);
  const auto quality = axis_unit(report.options.quality, 0).label;
  Plot plot;
  plot.title = fmt::format("{} against {}", quality, cost.label.substr(0, cost.label.find(',')));
  plot.x.label = cost.label;
  plot.y.label = quality;
  plot.x.logarithmic = placed.front().cost > 0 && placed.back().cost > 3 * placed.front().cost;
  Series runs{"runs", Mark::dots, {}, {}, {}, true};
  Series front{"Pareto front", Mark::steps, {}, {}, {}, false};
  Series chosen{"medians on the front", Mark::dots, {}, {}, {}, false};
  Series others{"other medians", Mark::dots, {}, {}, {}, false};
  Series advised{"cheapest good choice", Mark::rings, {}, {}, {}, false};
  for (const auto& p : placed) {
    const auto& alternative = report.alternatives[p.alternative];
    if (alternative.runs > 1) {
      for (const double x : alternative.values.at(report.options.cost)) runs.x.push_back(x / cost.divisor);
      const auto& qualities = alternative.values.at(report.options.quality);
      runs.y.insert(runs.y.end(), qualities.begin(), qualities.end());
    }
    auto& medians = p.on_front ? chosen : others;
    add(medians, p, cost.divisor);
    const bool named = p.on_front || placed.size() <= most_named;
    medians.point_labels.push_back(named ? names[p.alternative] : "");
  }
  for (const auto i : report.overview.front) {
    front.x.push_back(placed[i].cost / cost.divisor);
    front.y.push_back(placed[i].quality);
  }
  const auto& choice = placed[report.overview.cheapest_within];
  advised.x.push_back(choice.cost / cost.divisor);
  advised.y.push_back(choice.quality);
  focus_on_medians(report, runs, plot);
  if (has_intervals(report.overview))
    plot.subtitle += plot.subtitle.empty() ? "whiskers: 95 % intervals" : "; whiskers: 95 % intervals";
  if (has_meter_intervals(report.overview)) plot.subtitle += ", of few runs what their meters state";
  plot.description = conclusion(report);
  if (runs.x.empty()) runs.label.clear();
  if (others.x.empty()) others.label.clear();
  plot.series = {std::move(runs), std::move(front), std::move(chosen), std::move(others), std::move(advised)};
  return plot;
}

}  // namespace joulecast::report
