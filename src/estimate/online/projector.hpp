// The projection of a training's work: feed each finished unit of work, ask what the whole will cost.
// RunProjector (run_projector.hpp) adds what a run uses beside its work.
//
//   auto projector = Projector::begin({.total_work = 90});
//   projector->add({.work = 1, .duration = Seconds{61.2}, .energy = Joules{18'300}});
//   if (auto p = projector->projection()) fmt::print("{}\n", to_text(p->total.value));
//
// The estimator is `adaptive` (adaptive.hpp). One update and one projection cost some microseconds, whatever
// came before. Not safe for use by two threads at once.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "estimate/online/adaptive.hpp"
#include "estimate/online/early_stopping.hpp"
#include "estimate/online/method.hpp"

namespace joulecast::estimate {

struct ProjectorOptions {
  std::optional<double> total_work{};  ///< nothing = not known (yet): no projection until set_total_work()
  std::optional<Prior> prior{};        ///< a prediction from before the training; observations wash it out
  /// Where the total is only a maximum: the projection then has the expected figure beside the full-length
  /// one.
  std::optional<EarlyStoppingRule> early_stopping{};
  std::vector<EarlierStop> earlier_stops{};  ///< of earlier runs of the same training, for early stopping
};

/// What the run will have cost and taken when all of its work is done.
struct Projection {
  double share = 0;  ///< of the work that is done, 0..1
  Joules used{0};    ///< so far; units without a measurement are filled in from the others
  Estimate<Joules> total;
  Estimate<Joules> remaining;
  Estimate<Seconds> duration;        ///< of the whole run, all units
  Estimate<Seconds> remaining_time;  ///< finish time = now + this
  bool ready = false;      ///< precise if nothing changes, and nothing unexplained in the last units
  int regime_changes = 0;  ///< how often the cost of a unit has changed for good
  std::string_view method = "adaptive";

  /// Where early stopping was given: what is to be expected of a run that may stop before its maximum.
  /// `total` and `duration` above are then those of the full length.
  struct Expected {
    Estimate<double> stop_epoch;  ///< number of epochs that will have run
    Estimate<Joules> total;
    Estimate<Seconds> duration;
    double probability_of_full_length = 0;
    bool learned_from_earlier_runs = false;
  };
  std::optional<Expected> expected;
};

class Projector {
 public:
  /// invalid for a total work, prior or rule that makes no sense.
  [[nodiscard]] static Result<Projector> begin(ProjectorOptions options);
  Projector(Projector&&) noexcept;
  Projector& operator=(Projector&&) noexcept;
  ~Projector();

  /// The next finished unit. invalid for an impossible one; it is then not counted.
  Status add(const WorkUnit& unit);
  /// The value of the metric that early stopping watches, once per epoch and in order.
  void add_metric(double value);
  /// The plan changed, or became known. invalid where not positive.
  Status set_total_work(double total_work);

  /// Nothing while it cannot be known: no unit yet and no prior, no total work, no energy measured.
  [[nodiscard]] std::optional<Projection> projection() const;

  /// What remains of the work, with the distribution of its error; nothing where projection() is nothing or
  /// rests on the prior alone.
  [[nodiscard]] std::optional<Remainder> remainder() const;
  /// Probability that the full-length total will exceed a limit; nothing where projection() is nothing.
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;
  /// What the run will have cost when this much work is done (at most the total work).
  [[nodiscard]] std::optional<Estimate<Joules>> cost_at(double work) const;
  /// How much work is done when the budget is used up; nothing where the value exceeds the total work: it
  /// suffices.
  [[nodiscard]] std::optional<Estimate<double>> work_at_budget(Joules budget) const;

 private:
  struct State;
  explicit Projector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::estimate
