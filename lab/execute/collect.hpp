// What a run has left behind in files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "lab/execute/setup.hpp"

namespace joulecast::lab {

/// The figures that the plan reads from files of the run. A file or key that is not there, or is no number,
/// has no figure: why, is added to `missing`.
[[nodiscard]] std::map<std::string, double> figures_in_files(const RunSetup& setup, const Plan& plan,
                                                             std::vector<std::string>& missing);

/// Copies the files that the plan names into the run's output folder. Whatever went wrong, a phrase each.
[[nodiscard]] std::vector<std::string> collect_files(const RunSetup& setup);

}  // namespace joulecast::lab
