// One interface for every method that forecasts a training's energy while it runs.
//
// A training is a sequence of finished units of work: epochs, blocks of steps, what the training reports. A
// method sees them one by one. Progress is work done over total work, not units over units: units may differ
// in size. Adding a method: one file with its OnlineMethod, and one line in methods.cpp.
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
  double work = 1;      ///< of the plan's total_work, > 0
  Seconds duration{0};  ///< > 0
  std::optional<Joules>
      energy{};  ///< nothing where nothing was measured: the time counts, the energy is filled in
  std::optional<double> utilisation{};  ///< mean share 0..1 of the GPUs' time that was busy
  std::optional<double> memory_mb{};    ///< mean resident memory of the training, MB
};

/// Work, seconds and joules of a unit lie between these. No training comes near them; what lies beyond is a
/// program's mistake, and its squares and ratios would leave the range of a double.
constexpr double smallest_amount = 1e-30;
constexpr double largest_amount = 1e30;

/// invalid where work or duration is not positive, energy is negative, or anything is not finite or beyond
/// the amounts above.
[[nodiscard]] Status check(const WorkUnit& unit);
/// invalid where not positive, not finite or beyond the amounts above.
[[nodiscard]] Status check_total_work(double total_work);

/// An estimate from elsewhere, known before the first unit: from a prediction or from earlier runs.
struct Prior {
  Joules total{0};
  double relative_sd = 0;  ///< standard deviation of log(total), > 0
};

/// What is known about a training before it starts. What is unknown stays empty.
struct Plan {
  std::optional<double> total_work{};
  std::optional<int> units{};  ///< in how many units it comes; for the rule that counts epochs
  std::optional<Seconds>
      duration{};  ///< the true length: only for methods that have to be told (told_duration)
  std::optional<Watts> maximum_power{};  ///< power limit, summed over the GPUs
  std::optional<Prior> prior{};
  int stabilising_unit = 1;  ///< STEP's s: units before it are not extrapolated; detect_stabilising = find it
  int window = 5;            ///< STEP's w: how many units from s on are
};

constexpr int detect_stabilising = -1;

/// A forecast of the whole run's energy.
struct OnlineEstimate {
  Estimate<Joules> total;
  bool ready = false;                           ///< the method itself would act on it
  std::optional<Estimate<Seconds>> duration{};  ///< of the whole run, where the method predicts it
};

class OnlineEstimator {
 public:
  virtual ~OnlineEstimator() = default;
  /// Takes the next unit. O(1) amortised. invalid as check() says; the state is then as before.
  virtual Status observe(const WorkUnit& unit) = 0;
  /// Nothing while the method cannot know: too few units, no total work, no energy measured.
  [[nodiscard]] virtual std::optional<OnlineEstimate> estimate() const = 0;
};

struct OnlineMethod {
  std::string_view name;
  std::string_view summary;  ///< one line for people
  bool told_duration;        ///< it multiplies by the true duration, which a forecast does not have
  /// Nothing where the plan lacks what the method needs.
  std::unique_ptr<OnlineEstimator> (*begin)(const Plan& plan);
};

/// Every method, in the order in which they are shown.
[[nodiscard]] std::span<const OnlineMethod* const> online_methods();
/// nullptr where there is none of that name.
[[nodiscard]] const OnlineMethod* find_online_method(std::string_view name);

}  // namespace joulecast::estimate
