#include "lab/runner/steadiness.hpp"

#include <algorithm>
#include <cmath>

#include "stats/distributions.hpp"

namespace joulecast::lab {
namespace {

constexpr double minute = 60;
/// A window counts as full if its readings span this share of it.
constexpr double nearly_all = 0.9;

}  // namespace

std::optional<Line> line_through(const std::deque<std::pair<double, double>>& points) {
  const auto n = static_cast<double>(points.size());
  if (points.size() < 3) return std::nullopt;
  double x = 0, y = 0;
  for (const auto& [time, value] : points) {
    x += time / n;
    y += value / n;
  }
  double xx = 0, xy = 0;
  for (const auto& [time, value] : points) {
    xx += (time - x) * (time - x);
    xy += (time - x) * (value - y);
  }
  if (!(xx > 0)) return std::nullopt;
  Line line{xy / xx, 0, y};
  double rest = 0;
  for (const auto& [time, value] : points) {
    const double residual = value - y - line.slope * (time - x);
    rest += residual * residual;
  }
  line.half_width = stats::student_t_quantile(0.975, n - 2) * std::sqrt(rest / (n - 2) / xx);
  return line;
}

void Steadiness::add(Points& points, Seconds time, double value) const {
  points.emplace_back(time.value(), value);
  while (points.back().first - points.front().first > window_.value()) points.pop_front();
}

bool Steadiness::is_full(const Points& points) const {
  return !points.empty() && points.back().first - points.front().first >= nearly_all * window_.value();
}

void Steadiness::add_power(Seconds time, Watts power) {
  add(power_, time, power.value());
}

void Steadiness::add_temperature(Seconds time, const std::string& device, double celsius) {
  add(temperatures_[device], time, celsius);
}

std::optional<Slope> Steadiness::power_slope() const {
  if (!is_full(power_)) return std::nullopt;
  const auto line = line_through(power_);
  if (!line || !(line->mean > 0)) return std::nullopt;
  const double scale = minute / line->mean;
  return Slope{scale * line->slope, scale * (line->slope - line->half_width),
               scale * (line->slope + line->half_width)};
}

std::optional<double> Steadiness::temperature_change() const {
  std::optional<double> most;
  for (const auto& [device, points] : temperatures_)
    if (const auto line = is_full(points) ? line_through(points) : std::nullopt)
      most = std::max(most.value_or(0), std::abs(minute * line->slope));
  return most;
}

bool Steadiness::is_steady(double share, double kelvin) const {
  const auto slope = power_slope();
  if (!slope || std::max(std::abs(slope->low), std::abs(slope->high)) > share) return false;
  return temperature_change().value_or(0) <= kelvin;
}

}  // namespace joulecast::lab
