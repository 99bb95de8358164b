// The projection of a training's work: feed it each finished unit of work and ask what the whole will cost.
// RunProjector (run_projector.hpp) adds the energy that a run uses outside its units of work.
//
//   auto projector = Projector::begin({.total_work = 90});
//   projector->add({.work = 1, .duration = Seconds{61.2}, .energy = Joules{18'300}});
//   if (auto p = projector->projection()) fmt::print("{}\n", to_text(p->total.value));
//
// The estimator is `adaptive` (adaptive.hpp). One update takes well under a microsecond and one projection
// about a tenth of a millisecond, however many units came before. Not thread-safe.
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
  /// Nothing if it is not known yet; there is then no projection until set_total_work().
  std::optional<double> total_work{};
  /// A prediction from before the training. Its influence fades as observations come in.
  std::optional<Prior> prior{};
  /// Set this if the total work is only a maximum. The projection then has the expected figures beside the
  /// full-length ones.
  std::optional<EarlyStoppingRule> early_stopping{};
  /// Earlier runs of the same training, for early stopping.
  std::vector<EarlierStop> earlier_stops{};
};

/// What the run will have cost, and how long it will have taken, when all of its work is done.
struct Projection {
  double share = 0;  ///< share of the work that is done, 0..1
  /// Used so far. Units without a measurement are filled in from the others.
  Joules used{0};
  Estimate<Joules> total;
  Estimate<Joules> remaining;
  Estimate<Seconds> duration;  ///< of the whole run
  /// Add this to the current time for the time of finishing.
  Estimate<Seconds> remaining_time;
  /// The interval is narrow provided that nothing changes, and the last units held no surprise.
  bool ready = false;
  /// It is ready, and sure enough to end a training for: the second of several epochs has begun, or an
  /// evaluation between steps would have shown.
  bool may_act = false;
  /// How often the cost of a unit has changed for good.
  int regime_changes = 0;
  std::string_view method = "adaptive";

  /// Expected figures of a run that may stop before its maximum; only with early stopping. `total` and
  /// `duration` above then are those of the full length.
  struct Expected {
    Estimate<double> stop_epoch;  ///< number of epochs until the run stops
    Estimate<Joules> total;
    Estimate<Seconds> duration;
    double probability_of_full_length = 0;
    bool learned_from_earlier_runs = false;
  };
  std::optional<Expected> expected;
};

/// For a training that may be over at any moment: the interval begins at what has been used.
void begin_interval_now(Projection& projection);

/// Whether a unit of work (trace::Phase::unit) is a step or the like: a round, a fit. Samples, percent and
/// epochs are not.
[[nodiscard]] bool counts_steps(std::string_view unit);

class Projector {
 public:
  /// invalid if the total work, prior or rule is impossible.
  [[nodiscard]] static Result<Projector> begin(ProjectorOptions options);
  Projector(Projector&&) noexcept;
  Projector& operator=(Projector&&) noexcept;
  ~Projector();

  /// Adds the next finished unit. invalid for an impossible unit, which is not counted.
  /// epoch_end: an epoch ended with it.
  Status add(const WorkUnit& unit, bool epoch_end = false);
  /// Counts time and energy in which no work moved, such as a validation, and ends the epoch.
  void end_epoch(Seconds duration, std::optional<Joules> energy);
  /// Adds a value of the metric that early stopping watches. Call once per epoch, in order.
  void add_metric(double value);
  /// Sets the total work when it changes or becomes known. invalid if it is not positive.
  Status set_total_work(double total_work);

  /// Tells the work of an epoch before the first one ends, so that the interval has room for what its end may
  /// cost. Work that is no amount is ignored.
  void set_epoch_work(double epoch_work);
  /// Tells whether the work counts steps or the like. The first hundred may be dearer than the others; of
  /// samples or percent, and within epochs, the reports are counted instead. Until it is told, this is not
  /// looked at.
  void set_counts_steps(bool counts_steps);
  /// Tells how many steps a unit of work has, where it is no step, so that they are counted instead of
  /// reports.
  void set_steps_per_work(double steps);
  /// Tells the standard deviation of the remaining work, where set_total_work() got an expected total.
  void set_work_sd(double work_sd);

  /// Nothing while it cannot be known: there is neither a unit nor a prior, no total work, or no measured
  /// energy.
  [[nodiscard]] std::optional<Projection> projection() const;

  /// The remainder of the work, with the distribution of its error. Nothing if projection() is nothing or
  /// rests on the prior alone.
  [[nodiscard]] std::optional<Remainder> remainder() const;
  /// Probability that the full-length total exceeds the limit; nothing if projection() is nothing.
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;
  /// What the run will have cost when this much work is done (at most the total work).
  [[nodiscard]] std::optional<Estimate<Joules>> cost_at(double work) const;
  /// How much work is done when the budget is used up. Nothing if the budget suffices for the total work.
  [[nodiscard]] std::optional<Estimate<double>> work_at_budget(Joules budget) const;

 private:
  struct State;
  explicit Projector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::estimate
