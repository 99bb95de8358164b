// What a run has left behind in files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "lab/execute/setup.hpp"

namespace joulecast::lab {

struct FileFigures {
  std::map<std::string, double> figures;
  std::vector<std::string> missing;  ///< why there is no figure, a phrase for each
};
/// The figures that the plan reads from files of the run.
[[nodiscard]] FileFigures figures_in_files(const RunSetup& setup, const Plan& plan);

/// The figures of a run that has ended, in what it has left in its folder: output.log and files. Those of its
/// progress are not there.
[[nodiscard]] std::map<std::string, double> figures_left_by(const RunSetup& setup, const Plan& plan);

/// Copies the files that the plan names into the run's output folder. Whatever went wrong, a phrase each.
[[nodiscard]] std::vector<std::string> collect_files(const RunSetup& setup);

}  // namespace joulecast::lab
