// A campaign for engines that Joulecast does not start itself. Each runs `joulecast lab task` for every run;
// `joulecast lab collect` takes in what they leave beside the plan.
#pragma once

#include <string>
#include <vector>

#include "lab/plan/plan.hpp"
#include "lab/tasks/task_folder.hpp"

namespace joulecast::lab {

/// A Snakefile with a rule for each cell. Only one of its jobs runs on a machine at a time. The rules make
/// Repetitions::at_least runs of each cell.
[[nodiscard]] std::string to_snakefile(const Plan& plan, const std::string& program);

struct KubernetesOptions {
  std::string image;  ///< that has joulecast, and what the command needs
  std::string claim;  ///< PersistentVolumeClaim of the plan's folder
  std::string program{"joulecast"};
};

/// An Indexed Job (batch/v1) for each environment.
struct KubernetesJobs {
  std::string manifest;  ///< JSON, as kubectl takes it
  /// The list of tasks that each job reads: name of the file beside the results, and its text.
  std::vector<std::pair<std::filesystem::path, std::string>> lists;
};
[[nodiscard]] KubernetesJobs to_kubernetes(const Plan& plan, const KubernetesOptions& options);

}  // namespace joulecast::lab
