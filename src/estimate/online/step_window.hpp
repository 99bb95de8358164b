// What both STEP methods share: the sums before the stabilising unit, and over the window that begins with
// it.
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

/// Waits until the window [s, s+w) is complete. s is given, or is found as the first unit of the first regime
/// that has lasted w units. If a unit has no measured energy, the window stays unknown: STEP has no way to
/// fill it in.
class StepWindow {
 public:
  explicit StepWindow(const Plan& plan) : stabilising_(plan.stabilising_unit), window_(plan.window) {}

  Status observe(const WorkUnit& unit);
  /// Sums over [0, s) and [s, s+w) of the completed window.
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

/// Whether the plan's stabilising unit and window are valid.
[[nodiscard]] bool is_usable(const Plan& plan);

}  // namespace joulecast::estimate
