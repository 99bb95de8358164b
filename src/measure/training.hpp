// What the training tells, put together with what it costs: epochs with energy, and the projected total.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "estimate/online/run_projector.hpp"
#include "progress/tracker.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::measure {

/// Total energy from the run's start to a time; nothing where readings do not reach it yet.
using EnergyUntil = std::function<std::optional<Joules>(Seconds)>;

class Training {
 public:
  /// Epochs, metrics and projections go to `sink`. `total_epochs`: what the user said, where the training
  /// does not.
  Training(SteadyTime run_start, std::optional<double> total_epochs, trace::RunSink& sink);

  /// Called when the whole run's work becomes known or changes; in_epochs: it is their number.
  using TotalLearned = std::function<void(double total, bool in_epochs)>;
  void when_total_is_learned(TotalLearned tell) { total_learned_ = std::move(tell); }

  /// From any thread: remembered until the next update().
  void hear(std::vector<progress::Event> events);
  /// Takes what was heard, closes epochs whose energy is known by now, stores both, and projects. True where
  /// an epoch was closed.
  bool update(const EnergyUntil& energy_until);
  /// The command has ended.
  void finish(SteadyTime end, const EnergyUntil& energy_until);

  [[nodiscard]] std::optional<int> current_epoch() const { return tracker_.current_epoch(); }
  [[nodiscard]] std::optional<double> total_epochs() const;
  [[nodiscard]] std::size_t epochs() const { return epochs_.size(); }
  [[nodiscard]] int contradictions() const { return tracker_.contradictions(); }
  /// Metrics of the last epoch that had any.
  [[nodiscard]] const std::map<std::string, double>& metrics() const { return metrics_; }

  /// The whole run's cost as it is now expected, what lies outside of epochs included
  /// (estimate/online/run_projector.hpp).
  [[nodiscard]] const std::optional<estimate::Projection>& projection() const { return projection_; }
  /// Probability that the whole run will use more than this; nothing where there is no projection.
  [[nodiscard]] std::optional<double> probability_above(Joules limit) const;

 private:
  void take_events();
  void take_metrics();
  bool close_known_epochs(const EnergyUntil& energy_until);
  void learn_total();
  [[nodiscard]] std::optional<Joules> energy_at_begin(Seconds begin, const EnergyUntil& energy_until) const;
  void move(const trace::Epoch& epoch, std::optional<Joules> begin, Joules end);
  void project();
  void store_epoch(std::size_t place);

  /// Energy from the run's start to a time.
  struct Mark {
    Seconds time{0};
    Joules energy{0};
  };

  progress::Tracker tracker_;
  std::optional<double> said_total_;
  TotalLearned total_learned_;
  std::optional<double> told_total_;  ///< what total_learned_ was last called with
  trace::RunSink& sink_;
  std::mutex mutex_;
  std::vector<progress::Event> heard_;
  std::deque<std::size_t> waiting_;  ///< places in epochs_ whose energy is not known yet
  std::vector<trace::Epoch> epochs_;
  std::map<std::string, double> metrics_;
  std::optional<estimate::RunProjector> projector_;
  std::optional<estimate::Projection> projection_;
  Mark last_end_;                   ///< of the last epoch that the projector was told of, or the run's start
  std::optional<Mark> open_begin_;  ///< of the epoch that runs: asked for while readings are remembered
};

}  // namespace joulecast::measure
