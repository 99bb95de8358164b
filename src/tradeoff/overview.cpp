#include "tradeoff/overview.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace joulecast::tradeoff {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr stats::Range not_known{nan, nan};

/// Negates a loss, so that higher is better.
double raised(double quality, const OverviewOptions& options) {
  return options.lower_quality_is_better ? -quality : quality;
}

std::vector<Point> points_of(const std::vector<Placed>& placed, const OverviewOptions& options) {
  std::vector<Point> points;
  for (const auto& p : placed) points.push_back({p.cost, raised(p.quality, options)});
  return points;
}

stats::Range middle(std::vector<double> values) {
  std::erase_if(values, [](double x) { return std::isnan(x); });
  if (values.empty()) return not_known;
  std::sort(values.begin(), values.end());
  return {stats::quantile_sorted(values, 0.025), stats::quantile_sorted(values, 0.975)};
}

bool has_both_spreads(const Alternative& alternative, const OverviewOptions& options) {
  return has_spread(alternative, options.cost) && has_spread(alternative, options.quality);
}

/// Repeats medians and choices on bootstrap samples of the runs.
void resample(const std::vector<Alternative>& alternatives, const OverviewOptions& options,
              Overview& overview) {
  const auto k = overview.placed.size();
  std::vector<std::vector<double>> costs(k);
  std::vector<std::vector<double>> qualities(k);
  std::vector<double> savings;
  std::size_t same_choice = 0;
  for (std::size_t r = 0; r < options.resamples; ++r) {
    std::vector<Point> points(k);
    for (std::size_t i = 0; i < k; ++i) {
      const Replicate replicate(alternatives[overview.placed[i].alternative], options.seed, r * k + i);
      points[i] = {replicate.typical(options.cost).value_or(nan),
                   raised(replicate.typical(options.quality).value_or(nan), options)};
      costs[i].push_back(points[i].cost);
      qualities[i].push_back(raised(points[i].quality, options));
    }
    for (const auto i : pareto_front(points)) ++overview.placed[i].front_share;
    const auto choice = cheapest_within(points, options.within);
    const auto best = cheapest_within(points, 0);
    if (!choice || !best) continue;
    same_choice += *choice == overview.cheapest_within;
    if (points[*best].cost > 0) savings.push_back(1 - points[*choice].cost / points[*best].cost);
  }
  for (std::size_t i = 0; i < k; ++i) {
    overview.placed[i].front_share /= static_cast<double>(options.resamples);
    const auto& alternative = alternatives[overview.placed[i].alternative];
    if (!has_both_spreads(alternative, options)) overview.placed[i].front_share = nan;
    overview.placed[i].cost_interval =
        has_spread(alternative, options.cost) ? middle(std::move(costs[i])) : not_known;
    overview.placed[i].quality_interval =
        has_spread(alternative, options.quality) ? middle(std::move(qualities[i])) : not_known;
  }
  const bool spread_known = std::ranges::all_of(
      std::array{overview.best, overview.cheapest_within},
      [&](std::size_t i) { return has_both_spreads(alternatives[overview.placed[i].alternative], options); });
  overview.saving_interval =
      spread_known && std::isfinite(overview.saving) ? middle(std::move(savings)) : not_known;
  overview.choice_share = spread_known && options.resamples > 0
                              ? static_cast<double>(same_choice) / static_cast<double>(options.resamples)
                              : nan;
}

}  // namespace

Result<Overview> overview_of(const std::vector<Alternative>& alternatives, const OverviewOptions& options) {
  if (!(options.within >= 0))
    return fail(ErrorKind::invalid, "tradeoff", "the tolerance must not be negative");
  Overview overview;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const auto cost = typical(alternatives[i], options.cost);
    const auto quality = typical(alternatives[i], options.quality);
    if (!cost || !quality) {
      overview.left_out.push_back(i);
      continue;
    }
    Placed placed;
    placed.alternative = i;
    placed.cost = *cost;
    placed.quality = *quality;
    if (!options.lower_quality_is_better && *quality > 0 && *quality <= 1)
      placed.cost_per_point = *cost / (100 * *quality);
    overview.placed.push_back(placed);
  }
  if (overview.placed.empty()) {
    return fail(ErrorKind::invalid, "tradeoff", "no row has both {} and {}", options.cost, options.quality);
  }
  std::stable_sort(overview.placed.begin(), overview.placed.end(),
                   [](const auto& a, const auto& b) { return a.cost < b.cost; });
  const auto points = points_of(overview.placed, options);
  overview.front = pareto_front(points);
  for (const auto i : overview.front) overview.placed[i].on_front = true;
  overview.knee = knee(points, overview.front);
  overview.hypervolume = hypervolume_share(points);
  overview.best = *cheapest_within(points, 0);
  overview.cheapest_within = *cheapest_within(points, options.within);
  const auto& best = overview.placed[overview.best];
  const auto& choice = overview.placed[overview.cheapest_within];
  overview.saving = best.cost > 0 ? 1 - choice.cost / best.cost : nan;
  overview.quality_lost = raised(best.quality, options) - raised(choice.quality, options);
  resample(alternatives, options, overview);
  return overview;
}

}  // namespace joulecast::tradeoff
