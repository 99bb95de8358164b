// The adaptive estimator: E = energy used + remaining work x rate of the current regime, and the same for
// time. It is told no duration; it predicts it.
#pragma once

#include <optional>

#include "estimate/online/change_model.hpp"
#include "estimate/online/method.hpp"
#include "estimate/online/regime_tracker.hpp"

namespace joulecast::estimate {

/// What remains of one quantity, with the distribution of its error.
struct Remainder {
  double value = 0;
  Situation situation;
  ErrorModel error;
};

class Adaptive final : public OnlineEstimator {
 public:
  explicit Adaptive(const Plan& plan) : total_work_(plan.total_work), prior_(plan.prior) {}

  Status observe(const WorkUnit& unit) override;
  /// The prior alone before the first unit; nothing where there is neither, or no total work.
  [[nodiscard]] std::optional<OnlineEstimate> estimate() const override;

  void set_total_work(double total_work) { total_work_ = total_work; }
  [[nodiscard]] std::optional<double> total_work() const { return total_work_; }
  [[nodiscard]] double work_done() const { return done_; }
  [[nodiscard]] double share() const;
  [[nodiscard]] Joules used() const;
  [[nodiscard]] Seconds elapsed() const { return elapsed_; }
  [[nodiscard]] int regime_changes() const { return energy_.changes(); }
  /// Precise if nothing changes, and nothing unexplained in the last units.
  [[nodiscard]] bool ready() const;

  /// Cost of the next `work`; nothing before the first measured unit.
  [[nodiscard]] std::optional<Remainder> energy_for(double work) const;
  [[nodiscard]] std::optional<Remainder> time_for(double work) const;
  /// Mean work of a unit so far; 0 before the first.
  [[nodiscard]] double work_per_unit() const { return units_ > 0 ? done_ / units_ : 0; }
  [[nodiscard]] std::optional<Estimate<Joules>> total() const;
  [[nodiscard]] std::optional<Estimate<Seconds>> duration() const;
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;

 private:
  [[nodiscard]] std::optional<Remainder> next(const RegimeTracker& rate, double work) const;

  RegimeTracker energy_;
  RegimeTracker time_;
  std::optional<double> total_work_;
  std::optional<Prior> prior_;
  int units_ = 0;
  double done_ = 0;
  double unmeasured_work_ = 0;
  Joules measured_{0};
  Seconds elapsed_{0};
};

}  // namespace joulecast::estimate
