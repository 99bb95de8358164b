#include "carbon/facility_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "stats/nonnegative.hpp"
#include "stats/summary.hpp"

namespace joulecast::carbon {
namespace {

constexpr double most_impossible = 0.05;  ///< share of the samples
constexpr double least_load_spread = 1.1, least_kelvin = 5;
constexpr double edge = 0.05;  ///< share of the samples beyond which no threshold is looked for
constexpr double huber = 1.345, normal_mad = 1.4826;
constexpr int rounds = 8;  ///< of reweighting; it converges geometrically
constexpr std::size_t most_blocks = 20, least_days = 10;
constexpr std::int64_t day_ns = 86'400'000'000'000;
constexpr double covered = 0.9;

/// Which parts of the overhead the samples can tell.
struct Parts {
  bool fixed = true, cooling = true;
};

struct Line {
  std::vector<double> coefficients;  ///< share, fixed, cooling; 0 for those that are not fitted
  double loss = 0;
};

using Rows = std::vector<stats::NonnegativeRow>;

Rows rows_of(std::span<const FacilitySample> samples, double threshold, Parts parts) {
  Rows rows;
  rows.reserve(samples.size());
  for (const auto& sample : samples) {
    const double load = sample.load.value();
    const double above = parts.cooling ? std::max(0.0, sample.outside->value() - threshold) : 0;
    rows.push_back({load, parts.fixed ? 1.0 : 0.0, load * above, 0});
  }
  return rows;
}

std::vector<double> overheads(std::span<const FacilitySample> samples) {
  std::vector<double> values;
  for (const auto& sample : samples) values.push_back((sample.facility - sample.load).value());
  return values;
}

std::vector<double> residuals(const Rows& rows, const std::vector<double>& targets,
                              const std::vector<double>& b) {
  std::vector<double> values;
  for (std::size_t i = 0; i < rows.size(); ++i)
    values.push_back(targets[i] - (rows[i][0] * b[0] + rows[i][1] * b[1] + rows[i][2] * b[2]));
  return values;
}

/// Scale of the residuals by their median absolute value; at least a billionth of the overheads.
double scale_of(const std::vector<double>& values, double typical) {
  std::vector<double> sizes;
  for (const double value : values) sizes.push_back(std::abs(value));
  return std::max(normal_mad * stats::median(std::move(sizes)), 1e-9 * typical);
}

/// Huber's estimate by reweighting, with the given scale, or with its own where there is none.
Line fit_line(const Rows& rows, const std::vector<double>& targets, std::optional<double> scale,
              double typical) {
  std::vector<double> weights(rows.size(), 1.0);
  Line line;
  double bend = 0;
  for (int round = 0; round < rounds; ++round) {
    line.coefficients = stats::nonnegative_least_squares(rows, targets, weights, 3);
    const auto left = residuals(rows, targets, line.coefficients);
    bend = huber * scale.value_or(scale_of(left, typical));
    line.loss = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double size = std::abs(left[i]);
      weights[i] = size <= bend ? 1 : bend / size;
      line.loss += size <= bend ? size * size / 2 : bend * (size - bend / 2);
    }
  }
  return line;
}

std::vector<double> temperatures(std::span<const FacilitySample> samples) {
  std::vector<double> values;
  for (const auto& sample : samples)
    if (sample.outside) values.push_back(sample.outside->value());
  return stats::sorted(values);
}

struct Curve {
  double share = 0, fixed = 0, cooling = 0, threshold = 0;
  [[nodiscard]] FacilityModel model() const {
    FacilityModel model;
    model.share = share;
    model.fixed = Watts{fixed};
    model.cooling_per_kelvin = cooling;
    model.threshold = Celsius{threshold};
    return model;
  }
};

/// The threshold is looked for on a grid, then on a finer one around the best.
Curve fit_curve(std::span<const FacilitySample> samples, Parts parts) {
  const auto targets = overheads(samples);
  std::vector<double> sizes;
  for (const double target : targets) sizes.push_back(std::abs(target));
  const double typical = std::max(stats::median(std::move(sizes)), 1e-12);
  if (!parts.cooling) {
    const auto b = fit_line(rows_of(samples, 0, parts), targets, std::nullopt, typical).coefficients;
    return {b[0], b[1], 0, 0};
  }
  const auto sorted = temperatures(samples);
  const double low = stats::quantile_sorted(sorted, edge), high = stats::quantile_sorted(sorted, 1 - edge);
  double best_at = low;
  const auto scale_at = [&](double threshold) {
    const auto rows = rows_of(samples, threshold, parts);
    const auto line = fit_line(rows, targets, std::nullopt, typical);
    return scale_of(residuals(rows, targets, line.coefficients), typical);
  };
  Line best;
  const auto search = [&](double from, double to, int steps) {
    const double scale = scale_at(best_at);  // one for all, so that their losses can be compared
    best.loss = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= steps; ++i) {
      const double threshold = from + (to - from) * i / steps;
      auto line = fit_line(rows_of(samples, threshold, parts), targets, scale, typical);
      if (line.loss >= best.loss) continue;
      best = std::move(line);
      best_at = threshold;
    }
  };
  constexpr int coarse = 24, fine = 12;
  const double step = (high - low) / coarse;
  search(low, high, coarse);
  search(std::max(low, best_at - step), std::min(high, best_at + step), fine);
  const auto& b = best.coefficients;
  return {b[0], b[1], b[2], best_at};
}

/// Blocks of whole days if there are enough, else of equal parts: places where one ends.
std::vector<std::size_t> blocks_of(std::span<const FacilitySample> samples, std::size_t days) {
  const auto count = days >= least_days ? std::min(days, most_blocks) : least_days;
  std::vector<std::size_t> ends;
  for (std::size_t block = 1; block <= count; ++block) {
    auto end = samples.size() * block / count;
    if (days >= least_days)
      while (end < samples.size() && end > 0 &&
             samples[end].begin.ns / day_ns == samples[end - 1].begin.ns / day_ns)
        ++end;
    if (ends.empty() ? end > 0 : end > ends.back()) ends.push_back(end);
  }
  return ends;
}

/// What is off by how much where a block was held out: relative to the power that was said.
double held_out_error(std::span<const FacilitySample> samples, Parts parts, std::size_t days) {
  std::vector<double> errors;
  std::size_t begin = 0;
  for (const auto end : blocks_of(samples, days)) {
    std::vector<FacilitySample> others(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(begin));
    others.insert(others.end(), samples.begin() + static_cast<std::ptrdiff_t>(end), samples.end());
    const auto model = fit_curve(others, parts).model();
    for (auto i = begin; i < end; ++i) {
      const auto said = model.at_wall(samples[i].load, samples[i].outside);
      if (said) errors.push_back(std::abs(samples[i].facility / *said - 1));
    }
    begin = end;
  }
  std::ranges::sort(errors);
  const auto place = static_cast<std::size_t>(std::ceil(covered * static_cast<double>(errors.size() + 1)));
  return errors[std::min(place, errors.size()) - 1];
}

/// Samples that can be used, and what their weather and loads can tell.
std::vector<FacilitySample> usable(std::span<const FacilitySample> samples, FacilityFit& fit, Parts& parts) {
  std::vector<FacilitySample> kept;
  for (const auto& sample : samples) {
    if (sample.load.value() > 0 && sample.facility >= sample.load)
      kept.push_back(sample);
    else
      ++fit.impossible;
  }
  const auto sorted = temperatures(kept);
  const auto spread = sorted.empty() ? 0 : sorted.back() - sorted.front();
  parts.cooling = spread >= least_kelvin;
  if (!parts.cooling) {
    fit.notes.push_back(sorted.empty() ? "Without weather, nothing is learned of the outside temperature."
                                       : fmt::format("The outside temperature changed by {:.1f} K only: what "
                                                     "it does is not told apart.",
                                                     spread));
  } else {
    const auto known = [](const FacilitySample& sample) { return sample.outside.has_value(); };
    fit.without_weather = kept.size() - static_cast<std::size_t>(std::ranges::count_if(kept, known));
    std::erase_if(kept, [&](const FacilitySample& sample) { return !known(sample); });
  }
  return kept;
}

std::vector<double> loads_of(std::span<const FacilitySample> samples) {
  std::vector<double> loads;
  for (const auto& sample : samples) loads.push_back(sample.load.value());
  return stats::sorted(loads);
}

}  // namespace

Result<FacilityFit> fit_facility(std::span<const FacilitySample> all) {
  FacilityFit fit;
  Parts parts;
  const auto samples = usable(all, fit, parts);
  if (static_cast<double>(fit.impossible) > most_impossible * static_cast<double>(all.size()))
    return fail(
        ErrorKind::invalid, "",
        "in {} of {} rows the computers draw nothing, or more than the whole facility: the two do not "
        "belong together",
        fit.impossible, all.size());
  if (samples.size() < least_facility_samples)
    return fail(ErrorKind::invalid, "", "{} usable rows are too few to learn from; at least {} are needed",
                samples.size(), least_facility_samples);
  const auto loads = loads_of(samples);
  parts.fixed =
      stats::quantile_sorted(loads, 1 - edge) >= least_load_spread * stats::quantile_sorted(loads, edge);
  if (!parts.fixed)
    fit.notes.emplace_back(
        "The load hardly changed: what is fixed is not told apart from what goes with the load.");
  const auto curve = fit_curve(samples, parts);
  std::set<std::int64_t> days;
  for (const auto& sample : samples) days.insert(sample.begin.ns / day_ns);

  fit.model = curve.model();
  auto& model = fit.model;
  if (parts.cooling && !model.needs_weather())
    fit.notes.emplace_back("The overhead did not rise with the outside temperature.");
  model.load = {Watts{loads.front()}, Watts{loads.back()}};
  model.usual_load = Watts{stats::median_sorted(loads)};
  if (const auto sorted = temperatures(samples); parts.cooling)
    model.temperature = {Celsius{sorted.front()}, Celsius{sorted.back()}};
  model.error = held_out_error(samples, parts, days.size());
  model.calibrated = days.size() >= least_days;
  model.samples = samples.size();
  for (const auto& sample : samples) model.length += sample.length;
  return fit;
}

}  // namespace joulecast::carbon
