// Everything that a campaign has shown: `joulecast lab report`.
#pragma once

#include "lab/results/campaign_facts.hpp"
#include "session/reporting/campaign_courses.hpp"
#include "session/reporting/run_machines.hpp"
#include "session/tables/compare_runs.hpp"
#include "session/tables/tradeoff_runs.hpp"

namespace joulecast::lab {

struct CampaignReportRequest {
  std::string store;     ///< "" = the campaign's own
  std::string metric;    ///< correctness to judge by; "" = the one that most runs tell
  double within = 0.02;  ///< how much of it may be lost for a lower cost
  std::string cost;      ///< column by which cells are compared; "" = the plan's
  bool courses = true;   ///< also read the runs from the store, which takes a while
};

/// How one factor changes the cost, over all others.
struct FactorComparison {
  std::string factor;
  Result<session::Comparison> comparison;
};

/// A run of the reference configuration against the first one.
struct ReferencePoint {
  const RunEnded* run = nullptr;
  std::optional<double> drift;  ///< relative; nothing for the first, and where an energy is unknown
};

/// Cost against correctness, within one task: nobody chooses between data sets.
struct TaskTradeoff {
  std::optional<TaskLevel> task;  ///< nothing where the campaign has only one
  Result<session::Tradeoff> tradeoff;
};

struct CampaignReport {
  Plan plan;
  CampaignState state;
  std::string store;  ///< that has the runs
  std::string cost;   ///< column by which its cells are compared
  CampaignFacts facts;
  std::vector<FactorComparison> factors;
  std::vector<TaskTradeoff> tradeoffs;
  Result<session::CampaignCourses> courses;
  Result<std::vector<session::RunMachine>> machines;
  std::vector<ReferencePoint> references;
  double spent = 0;                ///< J, by all runs whatever became of them
  std::size_t without_energy = 0;  ///< runs that are not in it
  double run_time = 0;             ///< s
};

/// invalid for a campaign that has no finished run yet; malformed for a damaged journal. What cannot be told
/// is in the report, with the reason.
[[nodiscard]] Result<std::unique_ptr<CampaignReport>> report_campaign(Plan plan,
                                                                      CampaignReportRequest request);

}  // namespace joulecast::lab
