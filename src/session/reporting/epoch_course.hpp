// Energy and correctness epoch by epoch, and what was spent after the best epoch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// A metric by which a training's correctness is judged.
struct JudgedMetric {
  std::string name;
  bool lower_is_better = false;
};

/// Whether a smaller value is better, judged by the name: losses, errors and perplexities.
[[nodiscard]] bool is_a_loss(const std::string& metric);

/// The metric that most epochs have; among several a correctness before a loss, and one of validation or test
/// before one of training. Nothing if no epoch has a metric.
[[nodiscard]] std::optional<JudgedMetric> correctness_of(const trace::Run& run);

struct EpochPoint {
  int epoch = 0;
  std::size_t phase = 0;
  trace::Span span;
  std::optional<Joules> energy;
  std::optional<double> quality;
};

struct EpochCourse {
  std::vector<EpochPoint> points;
  std::optional<JudgedMetric> metric;
  std::optional<std::size_t> best;         ///< index of the first point with the best value
  std::optional<Joules> after_best;        ///< energy of the epochs after it
  std::optional<double> after_best_share;  ///< of the energy of all epochs
};

/// `energy` is that of each epoch. With an empty name of the metric: correctness_of(). unavailable if the run
/// has no epochs; invalid, naming the field "metric", if no epoch has the metric.
[[nodiscard]] Result<EpochCourse> epoch_course(const trace::Run& run,
                                               const std::vector<std::optional<Joules>>& energy,
                                               const std::string& metric = "", bool lower_is_better = false);

}  // namespace joulecast::session
