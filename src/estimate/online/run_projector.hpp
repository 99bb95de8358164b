// The projection of a whole run, live or recorded: what its work will cost, and what it uses beside it.
//
// Both ways give it the same feed: the work moved by so much between two times, at this energy, and so much
// was used since it last moved. Epochs and steps are marks on that feed.
//
//   before the first movement    imports, data loading, compilation: counted once, as measured
//   between two movements        evaluation, checkpoints, pauses: part of what the next movement costs, in
//                                energy and in time, so that they are expected of the remaining work too
//   after the last movement      not seen; what follows the last unit of work is not part of the projection
#pragma once

#include <optional>

#include "estimate/online/projector.hpp"
#include "trace/trace.hpp"

namespace joulecast::estimate {

/// The work moved. An energy that cannot be (negative, not finite) counts as unknown.
struct Movement {
  double work = 1;   ///< of the total work, > 0
  trace::Span span;  ///< from the run's start; of no length: the work is counted with the next movement
  std::optional<Joules> energy{};   ///< used within the span; nothing = not known
  std::optional<Joules> outside{};  ///< used since the last movement's end, or since the run's start
};

class RunProjector {
 public:
  /// invalid as Projector::begin().
  [[nodiscard]] static Result<RunProjector> begin(ProjectorOptions options);

  /// The work moved on. invalid for work, or times, that cannot be; nothing is counted then.
  Status move(const Movement& movement);
  /// The value of the metric that early stopping watches, once an epoch and in order.
  void add_metric(double value) { projector_.add_metric(value); }
  /// The plan changed, or became known. invalid where it cannot be; the old one then stays.
  Status set_total_work(double total_work) { return projector_.set_total_work(total_work); }

  [[nodiscard]] double work_done() const { return work_done_; }
  /// The end of the last movement.
  [[nodiscard]] Seconds time() const { return end_; }

  /// Of the whole run: used, total and duration hold what lies before the first movement. Nothing while it
  /// cannot be known, as Projector::projection().
  [[nodiscard]] std::optional<Projection> projection() const;
  /// The rest of the work with the distribution of its error.
  [[nodiscard]] std::optional<Remainder> remainder() const { return projector_.remainder(); }
  /// Probability that the run will use more than this; nothing where projection() is nothing.
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;
  /// What the run will have used when this much work is done; nothing where that is past.
  [[nodiscard]] std::optional<Estimate<Joules>> cost_at(double work) const;
  /// How much work is done when the budget is used up, as Projector::work_at_budget().
  [[nodiscard]] std::optional<Estimate<double>> work_at_budget(Joules budget) const;

 private:
  explicit RunProjector(Projector projector) : projector_(std::move(projector)) {}

  Projector projector_;
  bool begun_ = false;
  Seconds start_up_time_{0};
  Joules start_up_{0};
  Seconds end_{0};
  double work_done_ = 0;
  double waiting_work_ = 0;  ///< of movements that took no time
  Joules waiting_energy_{0};
};

}  // namespace joulecast::estimate
