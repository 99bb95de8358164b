// Turns events into epochs: spans, work and metrics, in the order in which the training reports them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "progress/event.hpp"
#include "trace/run.hpp"

namespace joulecast::progress {

class Tracker {
 public:
  explicit Tracker(SteadyTime run_start) : start_(run_start) {}

  void take(const Event& event);
  /// The training is over: closes an open epoch.
  void finish(SteadyTime time);

  /// Epochs that ended since the last call, in order.
  [[nodiscard]] std::vector<trace::Epoch> take_finished();
  /// Metrics since the last call.
  [[nodiscard]] std::vector<trace::MetricPoint> take_metrics();

  [[nodiscard]] std::optional<int> current_epoch() const {
    return open_ ? std::optional{open_->index} : last_index_;
  }
  /// When the epoch began that has not ended yet.
  [[nodiscard]] std::optional<Seconds> open_since() const {
    return open_ ? std::optional{open_->span.begin} : std::nullopt;
  }
  [[nodiscard]] std::optional<double> total_epochs() const { return total_epochs_; }
  /// Total work in the unit of the epochs' work: as the training reported it, else the number of epochs.
  [[nodiscard]] std::optional<double> total_work() const { return total_work_ ? total_work_ : total_epochs_; }
  /// Events that contradict each other (an epoch that goes back, an end without a beginning), for the run's
  /// notes.
  [[nodiscard]] int contradictions() const { return contradictions_; }

 private:
  [[nodiscard]] Seconds since_start(SteadyTime time) const { return time - start_; }
  void open(int index, Seconds at);
  void close(Seconds at, std::optional<double> work);
  void add_metric(const Event& event);

  SteadyTime start_;
  std::optional<trace::Epoch> open_;
  std::optional<int> last_index_;
  Seconds last_end_{0};
  std::optional<double> total_epochs_;
  std::optional<double> total_work_;
  std::vector<trace::Epoch> finished_;
  std::vector<trace::MetricPoint> metrics_;
  int contradictions_ = 0;
};

}  // namespace joulecast::progress
