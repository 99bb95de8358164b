// One interface for every method that forecasts a training's energy while it runs.
//
// A training is a sequence of finished units of work: epochs, blocks of steps, or whatever the training
// reports. A method sees them one by one. Progress is work done over total work, not a count of units,
// because units may differ in size. To add a method, write one file with its OnlineMethod and add one line to
// methods.cpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "base/units.hpp"
#include "estimate/estimate.hpp"

namespace joulecast::estimate {

/// A finished unit of work.
struct WorkUnit {
  double work = 1;      ///< > 0, in the same unit as the plan's total_work
  Seconds duration{0};  ///< > 0
  /// Nothing if it was not measured. The unit's time then still counts, and its energy is filled in.
  std::optional<Joules> energy{};
  /// Mean share, 0..1, of the time in which the GPUs were busy.
  std::optional<double> utilisation{};
  std::optional<double> memory_mb{};  ///< mean resident memory of the training, MB
};

/// Bounds for a unit's work, seconds and joules. No training comes near them. A value outside is a program's
/// mistake, and its squares and ratios would leave the range of a double.
constexpr double smallest_amount = 1e-30;
constexpr double largest_amount = 1e30;

/// invalid if work or duration is not positive, if energy is negative, or if a value is not finite or outside
/// the bounds above.
[[nodiscard]] Status check(const WorkUnit& unit);
/// invalid if the total work is not positive, not finite or outside the bounds above.
[[nodiscard]] Status check_total_work(double total_work);

/// An estimate that was known before the first unit: a prediction, or the result of earlier runs.
struct Prior {
  Joules total{0};
  double relative_sd = 0;  ///< standard deviation of log(total), > 0
};

/// What is known about a training before it starts. Unknown members stay empty.
struct Plan {
  std::optional<double> total_work{};
  /// Number of units, for the method that counts epochs.
  std::optional<int> units{};
  /// The true length. Only for methods that must be told it (told_duration).
  std::optional<Seconds> duration{};
  std::optional<Watts> maximum_power{};  ///< power limit, summed over the GPUs
  std::optional<Prior> prior{};
  /// STEP's s: units before it are not extrapolated. detect_stabilising = find it in the data.
  int stabilising_unit = 1;
  /// STEP's w: the number of units to average, starting at s.
  int window = 5;
};

constexpr int detect_stabilising = -1;

/// A forecast of the whole run's energy.
struct OnlineEstimate {
  Estimate<Joules> total;
  /// The method considers the forecast good enough to act on.
  bool ready = false;
  /// Duration of the whole run, if the method predicts it.
  std::optional<Estimate<Seconds>> duration{};
};

class OnlineEstimator {
 public:
  virtual ~OnlineEstimator() = default;
  /// Takes the next unit, in O(1) amortised time. invalid in the cases of check(); the state is then
  /// unchanged.
  virtual Status observe(const WorkUnit& unit) = 0;
  /// Nothing while there is too little to go by: too few units, no total work or no measured energy.
  [[nodiscard]] virtual std::optional<OnlineEstimate> estimate() const = 0;
};

struct OnlineMethod {
  std::string_view name;
  std::string_view summary;  ///< one line for the user
  /// The method multiplies by the true duration, which is not known in a real forecast.
  bool told_duration;
  /// Nothing if the plan lacks something that the method needs.
  std::unique_ptr<OnlineEstimator> (*begin)(const Plan& plan);
};

/// Every method, in the order in which they are listed to the user.
[[nodiscard]] std::span<const OnlineMethod* const> online_methods();
/// nullptr if no method has that name.
[[nodiscard]] const OnlineMethod* find_online_method(std::string_view name);

}  // namespace joulecast::estimate
