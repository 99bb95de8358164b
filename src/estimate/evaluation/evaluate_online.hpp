// Every online method, replayed on recorded runs and scored against what they measured.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "estimate/evaluation/scores.hpp"
#include "estimate/online/change_model.hpp"
#include "trace/run.hpp"

namespace joulecast::estimate {

/// STEP's stabilising epoch s and window w.
struct StepSetting {
  int stabilising_unit = 10;
  int window = 5;
};

struct OnlineEvaluationOptions {
  /// For step-power and step-energy. Nothing = the paper's s = 10, w = 5 where that is at most half of the
  /// run, else s = 1, w = 5. detect_stabilising as unit = found.
  std::optional<StepSetting> step;
  int threads = 0;  ///< that read bundles; 0 = one for each processor
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

/// invalid as replay_of(); also where the run is not complete.
[[nodiscard]] Result<EvaluatedRun> evaluate_run(const trace::Run& run,
                                                const OnlineEvaluationOptions& options = {});

struct NamedScores {
  std::string name;
  Scores energy;
  std::optional<Scores> duration;
};

struct OnlineEvaluation {
  struct Group {
    std::string source;
    std::string architecture;
    int nodes = 1;
    std::vector<NamedScores> methods;
    std::vector<NamedScores> variants;
  };
  struct ShareRow {
    double share = 0;
    Scores energy;
    double ready = 0;  ///< share of the runs
  };
  struct Skipped {
    std::string path;
    std::string reason;
  };
  struct MomentRow {
    std::string source;
    std::string architecture;
    std::string physical_run;
    Moment moment;
  };
  int runs = 0;  ///< trainings; several streams of one are one run
  std::vector<NamedScores> methods;
  std::vector<NamedScores> variants;
  std::vector<Group> groups;
  std::vector<ShareRow> by_share;
  std::vector<Skipped> skipped;
  std::vector<MomentRow> moments;
};

/// The shares of the table by share observed.
[[nodiscard]] const std::vector<double>& observed_shares();

/// Scores a set of runs. Streams of one run are joined first (their mean), so that a run counts once.
[[nodiscard]] OnlineEvaluation summarise(const std::vector<EvaluatedRun>& runs);

/// Reads and scores every bundle at or below the roots. unavailable where a root does not exist, invalid
/// where there is no bundle; malformed where a bundle is. A run that cannot be scored is in `skipped`.
[[nodiscard]] Result<OnlineEvaluation> evaluate_online(const std::vector<std::filesystem::path>& roots,
                                                       const OnlineEvaluationOptions& options = {});

}  // namespace joulecast::estimate
