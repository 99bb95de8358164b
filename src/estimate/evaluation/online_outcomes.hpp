// Compares what every online method forecast for a recorded run with what the run measured.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/evaluation/scores.hpp"
#include "estimate/online/change_model.hpp"
#include "trace/run.hpp"

namespace joulecast::estimate {

/// STEP's stabilising epoch s (or detect_stabilising) and window w.
struct StepSetting {
  int stabilising_unit = 10;
  int window = 5;
};

/// What the adaptive method knew at one moment, and what followed. bench/calibrate_projection.py fits the
/// method's error model to such moments.
struct Moment {
  std::string kind;  ///< "adaptive", "adaptive-first", or the observed share of the work, such as "0.05"
  Situation situation;
  Joules used{0};
  Joules forecast{0};  ///< forecast of the remaining work
  Joules truth{0};     ///< what the remaining work really used
};

/// The forecasts of every method for one run. Keys are names of methods. `adaptive` is the adaptive method's
/// forecast at the last moment within the first half of the work at which it became ready; `adaptive-first`
/// is the one at the first moment at which it became ready. A method without an estimate is absent.
struct EvaluatedRun {
  std::string source;
  std::string architecture;
  int nodes = 1;
  std::string physical_run;  ///< the same for several streams (meters) of one run
  std::map<std::string, Outcome, std::less<>> energy;
  std::map<std::string, Outcome, std::less<>> duration;  ///< of the methods that predict it
  std::map<std::string, Outcome, std::less<>> variants;  ///< "step-energy s=1 w=5"
  struct AtShare {
    Outcome energy;
    std::optional<Outcome> duration;  ///< nothing where the run was divided evenly
    bool ready = false;
  };
  std::vector<Moment> moments;
  /// The adaptive method's first forecast at or after this share of the work. It sees work move within units
  /// where power was measured.
  std::map<double, AtShare> by_share;
  /// What a probe of at most so many seconds would say: the first forecast that is ready, else the last one.
  /// Only where the run is so much longer that it has seen 5 % of the work at most.
  std::map<double, AtShare> by_probe;
};

/// The observed shares of the work for which by_share has entries.
[[nodiscard]] const std::vector<double>& observed_shares();

/// The durations of probes, in seconds, for which by_probe has entries.
[[nodiscard]] const std::vector<double>& probed_seconds();

/// Replays the run to every method. The true value is the energy of the run's units; what is used before,
/// between and after them is left out, since no method forecasts it. `step` sets s and w of step-power and
/// step-energy. By default they are del Rey et al.'s s = 10, w = 5 if that is at most half of the run,
/// otherwise s = 1, w = 5. invalid in the cases of replay_of(), and if the run is not complete.
[[nodiscard]] Result<EvaluatedRun> evaluate_run(const trace::Run& run, std::optional<StepSetting> step = {});

}  // namespace joulecast::estimate
