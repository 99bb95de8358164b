// What every online method said of a recorded run, against what the run measured.
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

/// What the adaptive method knew at one moment, and what then came: its error model is fitted to such moments
/// (bench/calibrate_projection.py).
struct Moment {
  std::string kind;  ///< "adaptive", "adaptive-first", or the share observed, "0.05"
  Situation situation;
  Joules used{0};
  Joules forecast{0};  ///< of the remaining work
  Joules truth{0};     ///< that it came to
};

/// What every method said of one run. Keys are the names of methods; `adaptive` is taken at the last moment
/// within the first half of the work at which it became ready, `adaptive-first` at the first such moment of
/// all. A method that has no estimate there is absent.
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
    bool ready = false;
  };
  std::vector<Moment> moments;
  /// adaptive, at the first unit that ends at or after this share of the work
  std::map<double, AtShare> by_share;
};

/// The shares of the table by share observed.
[[nodiscard]] const std::vector<double>& observed_shares();

/// Replays the run to every method. The truth is what its units used: what lies before, between and after
/// them is no method's to tell. `step`: for step-power and step-energy; nothing = the paper's s = 10, w = 5
/// where that is at most half of the run, else s = 1, w = 5. invalid as replay_of(); also where the run is
/// not complete.
[[nodiscard]] Result<EvaluatedRun> evaluate_run(const trace::Run& run, std::optional<StepSetting> step = {});

}  // namespace joulecast::estimate
