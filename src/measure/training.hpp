// Combines the training's messages with measured energy: epochs with their energy, and the projected total.
#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "estimate/online/run_projector.hpp"
#include "measure/progress_trust.hpp"
#include "progress/tracker.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::measure {

/// Total energy from the run's start to a time; nothing if the readings do not reach that time yet.
using EnergyUntil = std::function<std::optional<Joules>(Seconds)>;

class Training {
 public:
  /// Epochs, metrics and projections are sent to `sink`. `total_epochs` is the user's figure, used if the
  /// training does not report one.
  Training(SteadyTime run_start, std::optional<double> total_epochs, trace::RunSink& sink);

  /// Called when the total work becomes known or changes. in_epochs: the total is a number of epochs.
  using TotalLearned = std::function<void(double total, bool in_epochs)>;
  void when_total_is_learned(TotalLearned tell) { total_learned_ = std::move(tell); }

  /// May be called from any thread. The events are kept until the next update().
  void hear(std::vector<progress::Event> events);
  /// Processes the events, closes epochs whose energy is now known, stores both, and updates the projection.
  /// Returns true if an epoch was closed.
  bool update(const EnergyUntil& energy_until);
  /// Call when the command has ended.
  void finish(SteadyTime end, const EnergyUntil& energy_until);

  [[nodiscard]] std::optional<int> current_epoch() const { return tracker_.current_epoch(); }
  [[nodiscard]] std::optional<double> total_epochs() const;
  [[nodiscard]] std::size_t epochs() const { return epochs_.size(); }
  [[nodiscard]] int contradictions() const { return tracker_.contradictions(); }
  /// How far the progress can be relied upon.
  [[nodiscard]] ProgressTrust trust() const;
  /// Metrics of the last epoch that had any.
  [[nodiscard]] const std::map<std::string, double>& metrics() const { return metrics_; }

  /// The expected cost of the whole run, including energy outside of epochs
  /// (estimate/online/run_projector.hpp).
  [[nodiscard]] const std::optional<estimate::Projection>& projection() const { return projection_; }
  /// Probability that the whole run exceeds the limit; nothing if there is no projection.
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

  /// A time and the energy used from the run's start until then.
  struct Mark {
    Seconds time{0};
    Joules energy{0};
  };

  progress::Tracker tracker_;
  std::optional<double> said_total_;
  TotalLearned total_learned_;
  std::optional<double> told_total_;  ///< the total that total_learned_ was last called with
  trace::RunSink& sink_;
  std::mutex mutex_;
  std::vector<progress::Event> heard_;
  /// Indices in epochs_ of the epochs whose energy is not known yet.
  std::deque<std::size_t> waiting_;
  std::vector<trace::Epoch> epochs_;
  std::map<std::string, double> metrics_;
  std::optional<estimate::RunProjector> projector_;
  std::optional<estimate::Projection> projection_;
  /// End of the last epoch that was given to the projector, or the run's start.
  Mark last_end_;
  /// Begin of the current epoch. Its energy is looked up early, because readings are only kept for a while.
  std::optional<Mark> open_begin_;
};

}  // namespace joulecast::measure
