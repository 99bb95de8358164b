// What both STEP methods share: the units before the stabilising one, and the window after it.
#pragma once

#include <optional>
#include <vector>

#include "estimate/online/method.hpp"
#include "estimate/online/regime_tracker.hpp"

namespace joulecast::estimate {

/// Sums over the first units of a run.
struct UnitSums {
  double work = 0;
  Joules energy{0};
  Seconds duration{0};
};

/// Waits for the window [s, s+w) to be complete. s is given, or found as the first unit of the first regime
/// that has lasted w units. A unit without a measured energy makes the window unknown for good: STEP has no
/// way to fill it.
class StepWindow {
 public:
  explicit StepWindow(const Plan& plan) : stabilising_(plan.stabilising_unit), window_(plan.window) {}

  Status observe(const WorkUnit& unit);
  /// [0, s) and [s, s+w) once the window is complete.
  struct Parts {
    UnitSums before;
    UnitSums window;
  };
  [[nodiscard]] const std::optional<Parts>& parts() const { return parts_; }

 private:
  int stabilising_;
  int window_;
  bool broken_ = false;
  std::vector<UnitSums> until_{UnitSums{}};  ///< sums before each unit
  RegimeTracker rate_;
  std::optional<Parts> parts_;
};

/// Whether the plan's stabilising unit and window can be used.
[[nodiscard]] bool is_usable(const Plan& plan);

}  // namespace joulecast::estimate
