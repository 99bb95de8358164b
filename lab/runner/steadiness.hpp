// Whether power and temperature still change: straight lines through their last readings.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/units.hpp"
#include "lab/campaign/records.hpp"

namespace joulecast::lab {

/// The slope of y over x by least squares with its 95 % interval (Student's t, n - 2 degrees of freedom; the
/// readings' errors are taken as independent). Nothing for fewer than three different x.
struct Line {
  double slope = 0;
  double half_width = 0;
  double mean = 0;
};
[[nodiscard]] std::optional<Line> line_through(const std::deque<std::pair<double, double>>& points);

class Steadiness {
 public:
  explicit Steadiness(Seconds window) : window_(window) {}

  void add_power(Seconds time, Watts power);
  void add_temperature(Seconds time, const std::string& device, double celsius);

  /// Relative to the mean, in a minute; nothing before the window is full.
  [[nodiscard]] std::optional<Slope> power_slope() const;
  /// The largest change of a temperature, K in a minute; nothing if there is none.
  [[nodiscard]] std::optional<double> temperature_change() const;
  /// The whole interval of the power's slope, and every temperature's slope, are within the bounds.
  [[nodiscard]] bool is_steady(double share, double kelvin) const;

 private:
  using Points = std::deque<std::pair<double, double>>;
  void add(Points& points, Seconds time, double value) const;
  [[nodiscard]] bool is_full(const Points& points) const;

  Seconds window_;
  Points power_;
  std::map<std::string, Points> temperatures_;
};

}  // namespace joulecast::lab
