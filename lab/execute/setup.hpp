// One run of a campaign with everything filled in: what an executor needs to start it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lab/campaign/records.hpp"
#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// The variable by which a run's processes are known: its campaign's journal.
constexpr const char* campaign_variable = "JOULECAST_LAB_JOURNAL";

// The tags of a run, beside its levels and the plan's tags.
constexpr const char* campaign_tag = "campaign";
constexpr const char* plan_tag = "campaign_plan";  ///< Plan::home: tells campaigns of one name apart
constexpr const char* cell_tag = "cell";           ///< Cell::id
constexpr const char* repetition_tag = "repetition";
constexpr const char* attempt_tag = "attempt";
constexpr const char* role_tag = "role";        ///< "reference"; absent for a repetition of a cell
constexpr const char* outcome_tag = "outcome";  ///< of a run that is no finished one

/// What a run has printed, in its folder.
constexpr const char* output_log = "output.log";

struct RunSetup {
  RunPlace place;
  Levels levels;
  std::string title;  ///< for people: "resnet18, 32"
  std::vector<std::string> command;
  std::filesystem::path folder;  ///< where it runs
  std::filesystem::path output;  ///< a folder of its own, absolute
  std::vector<std::pair<std::string, std::string>> variables;
  std::map<std::string, std::string> tags;
  const Environment* environment = nullptr;  ///< of the plan; nullptr = none
  std::optional<double> epochs, steps;
  std::vector<std::string> collect;
  std::map<std::string, std::filesystem::path> metric_files;  ///< of the metrics that are read from files
};

/// "vision.toml" has "vision.runs": the folder of the runs' outputs.
[[nodiscard]] std::filesystem::path outputs_of(const std::filesystem::path& plan);
/// `output`: the run's folder; empty = the usual one of its place.
[[nodiscard]] RunSetup set_up(const Plan& plan, const Cell& cell, const RunPlace& place,
                              const std::filesystem::path& output = {});
/// The tags by which the run is found in the store.
[[nodiscard]] std::map<std::string, std::string> place_tags(const std::string& campaign,
                                                            const RunPlace& place);

}  // namespace joulecast::lab
