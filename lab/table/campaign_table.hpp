// A campaign's runs as a workload table, for fit, evaluate offline, compare, tradeoff and recommend.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "lab/campaign/state.hpp"

namespace joulecast::lab {

struct CampaignTable {
  std::string csv;
  std::size_t rows = 0;
  std::size_t without_figures = 0;   ///< rows of runs that failed
  std::vector<std::string> remarks;  ///< what the table lacks, a line each
};

/// A row for every repetition that is settled: its figures if it finished, else only what was run and how it
/// ended; never a 0 for what is not known. The columns are those of the workload table, then `outcome`,
/// `repetition`, energy_j, duration_s and the like, the factors and the metrics. References have no row.
/// `url`: the store that has the runs. A run that is not there any more has only what the journal knows.
[[nodiscard]] Result<CampaignTable> campaign_table(const Plan& plan, const CampaignState& state,
                                                   const std::string& url);

}  // namespace joulecast::lab
