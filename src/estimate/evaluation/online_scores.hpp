// The scores of every online method over many recorded runs.
#pragma once

#include <string>
#include <vector>

#include "estimate/evaluation/online_outcomes.hpp"

namespace joulecast::estimate {

struct NamedScores {
  std::string name;
  Scores energy;
  std::optional<Scores> duration;
};

struct OnlineEvaluation {
  /// The adaptive method after a share of the work.
  struct ShareRow {
    double share = 0;
    Scores energy;
    std::optional<Scores> duration;
    double ready = 0;  ///< share of the runs whose forecast was ready
  };
  /// What probes of at most so many seconds say.
  struct ProbeRow {
    double seconds = 0;
    Scores energy;
    std::optional<Scores> duration;
    double ready = 0;  ///< share of the probes that end with a forecast that is ready
  };
  struct Group {
    std::string source;
    std::string architecture;
    int nodes = 1;
    std::vector<NamedScores> methods;
    std::vector<NamedScores> variants;
    std::vector<ShareRow> by_share;
  };
  /// All groups of a source together.
  struct Source {
    std::string name;
    int runs = 0;
    std::vector<NamedScores> methods;
    std::vector<ShareRow> by_share;
    std::vector<ProbeRow> by_probe;
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
  int runs = 0;  ///< trainings; several streams of one training count once
  std::vector<NamedScores> methods;
  std::vector<NamedScores> variants;
  std::vector<Group> groups;
  std::vector<ShareRow> by_share;
  std::vector<ProbeRow> by_probe;
  std::vector<Source> sources;
  std::vector<Skipped> skipped;
  std::vector<MomentRow> moments;
};

/// Scores a set of runs. The streams of one run are averaged first, so that each run counts once.
[[nodiscard]] OnlineEvaluation summarise(const std::vector<EvaluatedRun>& runs);

}  // namespace joulecast::estimate
