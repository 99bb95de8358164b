// Combines what the training says with measured energy: phases, epochs and work with their energy, and the
// projected total.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "estimate/online/run_projector.hpp"
#include "measure/continuation.hpp"
#include "measure/repeats.hpp"
#include "progress/tracker.hpp"
#include "trace/forecast_doubt.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::measure {

/// Total energy from the run's start to a time; nothing if the readings do not reach that time yet.
using EnergyUntil = std::function<std::optional<Joules>(Seconds)>;

class Training {
 public:
  /// Phases, epochs, progress, metrics and projections are sent to `sink`. `totals` are the user's figures,
  /// used if the training does not report its own.
  /// `earlier` is what the training used and did before this run: the forecast is that of the whole.
  Training(SteadyTime run_start, progress::KnownTotals totals, trace::RunSink& sink,
           std::optional<Earlier> earlier = {});

  /// Called when the total work becomes known or changes, with its unit's name.
  using TotalLearned = std::function<void(double total, const std::string& unit)>;
  void when_total_is_learned(TotalLearned tell) { total_learned_ = std::move(tell); }

  /// May be called from any thread. The events are kept until the next update().
  void hear(std::vector<progress::Event> events);
  /// Processes the events, stores what they say, and updates the projection with work whose energy is now
  /// known. Returns true if the work advanced.
  bool update(const EnergyUntil& energy_until);
  /// Call when the command has ended. `as_planned`: it did not fail, and nobody ended it.
  void finish(SteadyTime end, const EnergyUntil& energy_until, bool as_planned = true);

  [[nodiscard]] std::optional<int> current_epoch() const { return tracker_.current_epoch(); }
  [[nodiscard]] std::optional<double> total_epochs() const { return tracker_.total_epochs(); }
  [[nodiscard]] std::size_t epochs() const { return tracker_.epochs().size(); }
  /// The phase that is counted now; nothing before the first.
  [[nodiscard]] std::optional<trace::Phase> phase() const;
  /// All of the work that was announced is done.
  [[nodiscard]] bool is_done() const;
  /// The phase ended before its announced work was done, as by early stopping, and all that it did is
  /// counted.
  [[nodiscard]] bool was_left_early() const;
  /// A phase did more work than was announced for it. Its total is then not known.
  [[nodiscard]] bool exceeded() const { return exceeded_; }
  [[nodiscard]] int contradictions() const { return tracker_.contradictions(); }
  [[nodiscard]] const std::optional<progress::Disagreement>& disagreement() const {
    return tracker_.disagreement();
  }
  /// Why the forecast is not relied on. As long as there is a reason it is not ready, and no limit acts on
  /// it.
  [[nodiscard]] trace::ForecastDoubt doubt() const;
  /// The output came in one piece, so the times of epochs are not known.
  [[nodiscard]] bool came_at_once() const { return tracker_.came_at_once(); }
  /// The latest value of each metric.
  [[nodiscard]] const std::map<std::string, double>& metrics() const { return metrics_; }

  /// The expected cost of the whole run, including what it used before the current phase
  /// (estimate/online/run_projector.hpp). Withdrawn when counting begins again.
  [[nodiscard]] const std::optional<estimate::Projection>& projection() const { return projection_; }
  /// The forecast is sure enough to end the training for: more than being ready asks for.
  [[nodiscard]] bool may_act() const;
  /// Probability that the whole run exceeds the limit; nothing if there is no projection.
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;
  /// Stores the present projection: a limit acts on it.
  void keep_projection();
  /// The work is being ended from outside. Its last forecast is the present one: how it goes down says
  /// nothing of what it would have cost.
  void end_forecasts();

 private:
  void take_events();
  void store_changes();
  void remember_energies(const EnergyUntil& energy_until);
  [[nodiscard]] std::optional<Joules> energy_at(Seconds time, const EnergyUntil& energy_until) const;
  bool advance_known_work(const EnergyUntil& energy_until);
  void withdraw();
  void begin_phase(std::size_t phase, const EnergyUntil& energy_until);
  void begin_projector();
  void begin_with_earlier_work();
  [[nodiscard]] bool goes_on(std::size_t phase) const;
  [[nodiscard]] bool total_is_known() const;
  [[nodiscard]] bool more_may_follow() const;
  void recount();
  void learn_plan();
  [[nodiscard]] double expect_repeats(double announced, int others);
  [[nodiscard]] double expect_either_count(double total);
  [[nodiscard]] bool is_kept(bool epoch_end) const;
  void project(bool epoch_end);
  [[nodiscard]] std::optional<trace::Projection> present_projection() const;
  void store_projection(const trace::Projection& projection);

  /// A time of this run, the work done by then, and the energy used, both from the training's start.
  struct Mark {
    Seconds time{0};
    double work = 0;
    std::optional<Joules> energy;
  };
  /// Returns whether the projector counted it.
  bool move(const Mark& to, bool epoch_end);

  [[nodiscard]] Seconds earlier_time() const { return earlier_ ? earlier_->duration : Seconds{0}; }
  [[nodiscard]] Joules earlier_energy() const {
    return earlier_ ? earlier_->energy.value_or(Joules{0}) : Joules{0};
  }

  std::optional<Earlier> earlier_;
  double earlier_work_ = 0;  ///< that the present phase goes on with
  progress::Tracker tracker_;
  TotalLearned total_learned_;
  std::optional<double> told_total_;       ///< the total that total_learned_ was last called with
  std::optional<double> told_epoch_work_;  ///< that the projector knows
  std::optional<double> told_steps_;       ///< of a unit of work, that the projector knows
  trace::RunSink& sink_;
  std::mutex mutex_;
  std::vector<progress::Event> heard_;
  std::deque<progress::Advance> waiting_;  ///< whose energy is not known yet
  std::map<std::string, double> metrics_;
  std::size_t windows_ = 0;
  std::optional<std::size_t> projected_phase_;
  /// Of that phase, and of those before it that were parts like it.
  std::optional<estimate::RunProjector> projector_;
  bool outside_told_ = false;  ///< it knows what was used before its work began
  Repeats repeats_;            ///< of those before
  double before_ = 0;          ///< work of the phases before that the projector counts
  Seconds repeat_begin_{0};    ///< of the present one
  std::optional<estimate::Projection> projection_;
  /// The last one that said all work was done: only true if no other phase follows.
  std::optional<trace::Projection> final_projection_;
  std::optional<trace::ForecastDoubt> last_doubt_;  ///< set once forecasts have ended
  bool exceeded_ = false;  ///< kept, as the tracker forgets it when the phase is over
  double stored_share_ = 0;
  std::size_t stored_projections_ = 0;  ///< of this phase
  Mark last_;
  std::vector<Mark> ends_;  ///< where the projector's work began, and the ends of epochs
  /// Energies that will be asked for later. They are looked up early, because readings are only kept for a
  /// while.
  std::map<Seconds, Joules> remembered_;
};

}  // namespace joulecast::measure
