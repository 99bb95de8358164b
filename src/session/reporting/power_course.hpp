// Power over time, reduced to what a picture can show, with the mean, the lowest and the highest of each
// step.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/reporting/throttling.hpp"
#include "trace/energy.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// One device's mean power in each step; NaN where nothing was read.
struct DevicePower {
  trace::Component component = trace::Component::other;
  std::string device;
  std::string node;
  Provenance provenance = Provenance::measured;
  bool in_total = true;  ///< false if another one's power already contains it
  std::vector<double> watts;
  /// The lowest and the highest reading in each step; NaN where `watts` is.
  std::vector<double> low;
  std::vector<double> high;
  /// Share 0..1 of time in which it was busy; empty if nobody told it.
  std::vector<double> utilisation;
};

struct PowerCourse {
  /// Bounds of the steps in seconds from the run's start: one more than there are steps. Steps are equally
  /// long.
  std::vector<double> edges;
  std::vector<DevicePower> devices;
  /// Of the total in each step, NaN where a part of it is unknown: its mean, and the lowest and highest of
  /// its readings. Short peaks are in `high`, whatever the length of a step.
  std::vector<double> low;
  std::vector<double> high;
  std::vector<double> mean;
  std::vector<trace::Span> gaps;       ///< in which a part of the total is not known
  std::vector<Throttling> throttling;  ///< in these steps, see throttling_of()

  [[nodiscard]] std::size_t steps() const { return mean.size(); }
  [[nodiscard]] double middle(std::size_t step) const { return (edges[step] + edges[step + 1]) / 2; }
};

/// What the courses of a run are made from, to ask for several of them.
struct PowerHistory {
  trace::Run run;
  trace::RunEnergy energy;
  Result<trace::Trace> total;  ///< trace::total_power
};
[[nodiscard]] PowerHistory power_history(trace::Run run);

/// Of a part of the run. invalid, naming the field "from" or "to", for a span without length or outside the
/// run; unavailable if the run has no power over time.
[[nodiscard]] Result<PowerCourse> power_course(const PowerHistory& history, trace::Span span,
                                               std::size_t most_steps);

/// `energy` is that of the run. At most `most_steps` steps, fewer if the readings are few. unavailable if the
/// run has no power over time.
[[nodiscard]] Result<PowerCourse> power_course(const trace::Run& run, const trace::RunEnergy& energy,
                                               std::size_t most_steps = 600);

/// How a run's total energy was spent between low and high utilisation of its GPUs.
struct UtilisationShare {
  double from = 0;  ///< 0..1
  double to = 1;
  Seconds time{0};  ///< summed over the GPUs
  Joules energy{0};
};
/// In bands of utilisation. Empty if no GPU told its utilisation.
[[nodiscard]] std::vector<UtilisationShare> energy_by_utilisation(const PowerCourse& course);

/// Energy of the GPU with the most above the mean of all, as a share of the mean; nothing for fewer than two.
[[nodiscard]] std::optional<double> imbalance_of(const trace::RunEnergy& energy);

}  // namespace joulecast::session
