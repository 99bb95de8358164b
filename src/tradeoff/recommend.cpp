#include "tradeoff/recommend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/text.hpp"

namespace joulecast::tradeoff {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Figure = std::function<std::optional<double>(std::size_t alternative, const std::string& column)>;

/// The best value of each constraint's column, among medians or within a replicate.
std::vector<double> bests(std::size_t count, const RecommendOptions& options, const Figure& figure) {
  std::vector<double> result;
  for (const auto& constraint : options.constraints) {
    const bool highest = constraint.relation == Relation::at_least || constraint.relation == Relation::above;
    double best = nan;
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = figure(i, constraint.column);
      if (value && (std::isnan(best) || (highest ? *value > best : *value < best))) best = *value;
    }
    result.push_back(best);
  }
  return result;
}

/// The requirements that alternative i does not meet.
std::vector<std::string> broken(std::size_t i, const RecommendOptions& options,
                                const std::vector<double>& best, const Figure& figure) {
  std::vector<std::string> result;
  for (std::size_t c = 0; c < options.constraints.size(); ++c) {
    const auto& constraint = options.constraints[c];
    const auto value = figure(i, constraint.column);
    if (!value)
      result.push_back(fmt::format("{} (not known)", constraint.text));
    else if (!holds(constraint, *value, best[c]))
      result.push_back(fmt::format("{} (it has {})", constraint.text,
                                   with_unit(*value, unit_of_column(constraint.column))));
  }
  return result;
}

Result<std::size_t> find_baseline(const std::vector<Alternative>& alternatives,
                                  const RecommendOptions& options) {
  if (options.baseline.empty()) {
    const auto quality = std::find_if(
        options.constraints.begin(), options.constraints.end(),
        [](const auto& c) { return c.relation == Relation::at_least || c.relation == Relation::above; });
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      const auto cost = typical(alternatives[i], options.minimise);
      const auto value =
          quality == options.constraints.end() ? cost : typical(alternatives[i], quality->column);
      if (!cost || !value) continue;
      if (!best ||
          *value > *typical(alternatives[*best],
                            quality == options.constraints.end() ? options.minimise : quality->column))
        best = i;
    }
    if (!best) return fail(ErrorKind::invalid, "recommend", "no alternative could be the baseline: name one");
    return *best;
  }
  std::vector<std::size_t> fitting;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const auto name = alternatives[i].name();
    if (equals_ignoring_case(name, options.baseline)) return i;
    if (to_lower(name).find(to_lower(options.baseline)) != std::string::npos &&
        typical(alternatives[i], options.minimise))
      fitting.push_back(i);
  }
  if (fitting.size() == 1) return fitting[0];
  if (fitting.empty())
    return fail_field("baseline", "{} names no alternative with a known {}", options.baseline,
                      options.minimise);
  return fail_field("baseline", "{} could be {} or {}: name one", options.baseline,
                    alternatives[fitting[0]].name(), alternatives[fitting[1]].name());
}

Failure nothing_fits(const Recommendation& recommendation, const RecommendOptions& options) {
  std::string worst;
  std::size_t most = 0;
  for (const auto& constraint : options.constraints) {
    const auto count = static_cast<std::size_t>(
        std::count_if(recommendation.ranked.begin(), recommendation.ranked.end(), [&](const auto& r) {
          return std::any_of(r.broken.begin(), r.broken.end(),
                             [&](const auto& b) { return b.starts_with(constraint.text); });
        }));
    if (count > most) {
      most = count;
      worst = constraint.text;
    }
  }
  return fail(ErrorKind::invalid, "recommend",
              "none of {} alternatives keeps every requirement; \"{}\" excludes {} of them",
              recommendation.ranked.size(), worst, most);
}

/// Repeats all decisions on bootstrap samples of the runs.
void resample(const std::vector<Alternative>& alternatives, const RecommendOptions& options,
              Recommendation& result) {
  const auto k = alternatives.size();
  std::vector<double> savings;
  std::vector<double> chosen(k, 0.0);
  for (std::size_t r = 0; r < options.resamples; ++r) {
    std::vector<Replicate> replicates;
    for (std::size_t i = 0; i < k; ++i) replicates.emplace_back(alternatives[i], options.seed, r * k + i);
    const Figure figure = [&](std::size_t i, const std::string& column) {
      return replicates[i].typical(column);
    };
    const auto best = bests(k, options, figure);
    std::optional<std::size_t> cheapest;
    for (std::size_t i = 0; i < k; ++i) {
      const auto cost = figure(i, options.minimise);
      if (!cost || !broken(i, options, best, figure).empty()) continue;
      if (!cheapest || *cost < *figure(*cheapest, options.minimise)) cheapest = i;
    }
    if (cheapest) chosen[*cheapest] += 1 / static_cast<double>(options.resamples);
    const auto of_choice = figure(result.choice().alternative, options.minimise);
    const auto of_baseline = figure(result.baseline, options.minimise);
    if (of_choice && of_baseline && *of_baseline > 0) savings.push_back(1 - *of_choice / *of_baseline);
  }
  for (auto& ranked : result.ranked) ranked.chosen_share = chosen[ranked.alternative];
  if (!has_spread(alternatives[result.choice().alternative], options.minimise) ||
      !has_spread(alternatives[result.baseline], options.minimise))
    savings.clear();
  std::sort(savings.begin(), savings.end());
  result.saving_interval = {stats::quantile_sorted(savings, 0.025), stats::quantile_sorted(savings, 0.975)};
}

}  // namespace

Result<Recommendation> recommend(const std::vector<Alternative>& alternatives,
                                 const RecommendOptions& options) {
  Recommendation result;
  const Figure figure = [&](std::size_t i, const std::string& column) {
    return typical(alternatives[i], column);
  };
  const auto best = bests(alternatives.size(), options, figure);
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const auto cost = figure(i, options.minimise);
    if (!cost) {
      result.without_cost.push_back(i);
      continue;
    }
    Ranked ranked{i, *cost, false, broken(i, options, best, figure), 0};
    ranked.fits = ranked.broken.empty();
    result.ranked.push_back(std::move(ranked));
  }
  if (result.ranked.empty())
    return fail(ErrorKind::invalid, "recommend", "no alternative has a known {}", options.minimise);
  std::stable_sort(result.ranked.begin(), result.ranked.end(),
                   [](const auto& a, const auto& b) { return a.fits != b.fits ? a.fits : a.cost < b.cost; });
  if (!result.choice().fits) return nothing_fits(result, options);
  const auto baseline = find_baseline(alternatives, options);
  if (!baseline) return propagate(baseline.error());
  result.baseline = *baseline;
  result.baseline_cost = *typical(alternatives[*baseline], options.minimise);
  result.saving = result.baseline_cost > 0 ? 1 - result.choice().cost / result.baseline_cost : nan;
  resample(alternatives, options, result);
  return result;
}

}  // namespace joulecast::tradeoff
