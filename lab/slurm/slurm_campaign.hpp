// A campaign whose runs Slurm starts, on as many nodes as it gives.
#pragma once

#include "lab/runner/campaign.hpp"

namespace joulecast::lab {

struct SlurmOptions {
  std::string program;  ///< joulecast, as the nodes find it
  Seconds poll{5};      ///< how often Slurm is asked
};

/// Submits what is not done as array jobs, one for each environment, and takes in what they bring, until all
/// is done or the user does not want to wait any longer; the jobs then go on, and the next call takes them
/// in. Rules that need one machine's order do not hold: the reference and cool-downs are left out, which is
/// said. unavailable without Slurm's commands; invalid for a plan with an energy budget, which nobody could
/// keep while many nodes work; otherwise as run_campaign().
[[nodiscard]] Result<CampaignResult> run_on_slurm(const Plan& plan, const CampaignOptions& options,
                                                  const SlurmOptions& slurm, CampaignWatcher& watcher);

}  // namespace joulecast::lab
