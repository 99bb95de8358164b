// The projection of a whole run, live or recorded: what its work will cost, and what it uses outside of it.
//
// Live and recorded runs provide the same input: the work advanced by an amount between two times and used
// this much energy, and this much energy was used since the advance before. One such advance is a movement.
// Epochs and steps are turned into movements.
//
//   before the first movement    imports, data loading, compilation: counted once, as measured
//   between two movements        evaluation, checkpoints, pauses: added to the energy and time of the next
//                                movement, so that the forecast expects them in the remaining work too
//   after the last movement      not seen: the projection ends with the last unit of work
#pragma once

#include <optional>

#include "estimate/online/projector.hpp"
#include "trace/trace.hpp"

namespace joulecast::estimate {

/// An advance of the work, of any size: steps as well as epochs. An impossible energy (negative or not
/// finite) counts as unknown.
struct Movement {
  /// In the unit of the total work, > 0. It may be 0 if epoch_end is set: the movement is then what an
  /// epoch's end costs beyond its work, such as a validation.
  double work = 1;
  /// From the run's start. If its length is zero, the work is counted with the next movement.
  trace::Span span;
  std::optional<Joules> energy{};  ///< used within the span; nothing if unknown
  /// Used since the end of the previous movement, or since the run's start.
  std::optional<Joules> outside{};
  /// An epoch ended with this movement. What recurs at epochs' ends is then extrapolated as often as epochs
  /// remain. Leave it out where epochs are not known; the forecast does without.
  bool epoch_end = false;
};

class RunProjector {
 public:
  /// invalid in the cases of Projector::begin().
  [[nodiscard]] static Result<RunProjector> begin(ProjectorOptions options);

  /// What was used, and the time that passed, since the last movement and until then comes once: the loading
  /// of a checkpoint, or work that is done again. The next movement begins there.
  void skip(Seconds until, Joules used);
  /// Takes the next movement. invalid for impossible work or times; nothing is counted then.
  Status move(const Movement& movement);
  /// Adds a value of the metric that early stopping watches. Call once per epoch, in order.
  void add_metric(double value) { projector_.add_metric(value); }
  /// Sets the total work when it changes or becomes known. invalid if it is impossible; the old one then
  /// stays.
  Status set_total_work(double total_work) { return projector_.set_total_work(total_work); }

  /// Tells the work of an epoch before the first one ends, where it is known; see
  /// Projector::set_epoch_work().
  void set_epoch_work(double epoch_work) { projector_.set_epoch_work(epoch_work); }

  /// Tells whether the work counts steps; see Projector::set_counts_steps().
  void set_counts_steps(bool counts_steps) { projector_.set_counts_steps(counts_steps); }

  /// Tells how many steps a unit of work has; see Projector::set_steps_per_work().
  void set_steps_per_work(double steps) { projector_.set_steps_per_work(steps); }

  /// Tells how uncertain the total work is; see Projector::set_work_sd().
  void set_work_sd(double work_sd) { projector_.set_work_sd(work_sd); }

  [[nodiscard]] double work_done() const { return work_done_; }
  /// The end of the last movement.
  [[nodiscard]] Seconds time() const { return end_; }

  /// The projection of the whole run. Used, total and duration include what came before the first movement.
  /// Nothing in the cases of Projector::projection().
  [[nodiscard]] std::optional<Projection> projection() const;
  /// The remaining work, with the distribution of its error.
  [[nodiscard]] std::optional<Remainder> remainder() const { return projector_.remainder(); }
  /// Probability that the run will use more than the limit; nothing if projection() is nothing.
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;
  /// What the run will have used when this much work is done; nothing if that point has passed.
  [[nodiscard]] std::optional<Estimate<Joules>> cost_at(double work) const;
  /// How much work is done when the budget is used up; see Projector::work_at_budget().
  [[nodiscard]] std::optional<Estimate<double>> work_at_budget(Joules budget) const;

 private:
  [[nodiscard]] Status end_epoch(const Movement& movement);

  explicit RunProjector(Projector projector) : projector_(std::move(projector)) {}

  Projector projector_;
  bool begun_ = false;
  Seconds start_up_time_{0};
  Joules start_up_{0};
  Seconds end_{0};
  double work_done_ = 0;
  double waiting_work_ = 0;  ///< work of movements that took no time
  Joules waiting_energy_{0};
  bool waiting_epoch_end_ = false;
};

}  // namespace joulecast::estimate
