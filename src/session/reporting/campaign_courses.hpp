// What the courses of a campaign's runs tell: when power became stable in each cell, and how right the
// forecasts during these runs and the predictions before them would have been.
#pragma once

#include <string>
#include <vector>

#include "estimate/evaluation/evaluate_offline.hpp"
#include "estimate/evaluation/online_scores.hpp"
#include "session/runs/stability_summary.hpp"

namespace joulecast::session {

/// Runs of one cell, by id.
struct RunGroup {
  std::string name;
  std::vector<std::string> runs;
};

struct CampaignCourses {
  /// One for each group that has a run of which it can be told; `group.source` is the group's name.
  std::vector<StabilityRow> stability;
  std::vector<Error> without_stability;  ///< `where` is the run
  Result<estimate::OnlineEvaluation> online;
  /// Leaving out one configuration at a time. unavailable, with the reason, where the runs cannot be learned
  /// from.
  Result<estimate::OfflineEvaluation> offline;
  std::string left_out_of_offline;  ///< "3 of 9 runs left out: …"; "" = none
};

/// Errors as store::RunStore. What cannot be told is in the answer.
[[nodiscard]] Result<CampaignCourses> campaign_courses(const std::string& store,
                                                       const std::vector<RunGroup>& groups);

}  // namespace joulecast::session
