// Fits what is known in general to the user's own machine: about a minute of micro-workloads, then a few
// short runs, update the physics parameters from their Gaussian prior.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "estimate/offline/model_file.hpp"
#include "sensors/support/sensor.hpp"
#include "session/micro_workload.hpp"

namespace joulecast::session {

struct MicroRequest {
  /// Runs the workload and writes how much it did (FLOPs or bytes, one number) into a file. {workload},
  /// {seconds} and {output} are filled in; one argument each word.
  std::vector<std::string> command;
  std::string component;  ///< "cpu" or "gpu": whose power counts
  Seconds each{8};
};
/// Every kind, measured with whatever energy source is there. invalid where the command fails or writes no
/// number.
[[nodiscard]] Result<std::vector<MicroResult>> measure_micro(const MicroRequest& request,
                                                             const sensors::Environment& environment);

/// The machine's processor as a device of the physics model: peak rates are the best that was measured, the
/// power limit that of the catalogue, else the most that was measured.
[[nodiscard]] Result<hardware::Gpu> device_from(const std::vector<MicroResult>& results,
                                                const std::string& name, std::optional<Watts> limit,
                                                double memory_gb);

/// How far predictions of the given runs were off, before and after; median APE in percent. After: each
/// configuration predicted by an update that did not see it.
struct CalibrationErrors {
  int configurations = 0;
  std::array<std::optional<double>, 3> before, after;  ///< by Target
};

/// Updates the model's physics by micro-workloads and runs; `runs` may be empty.
[[nodiscard]] Result<CalibrationErrors> update_model(estimate::ModelFile& model,
                                                     const std::vector<estimate::Sample>& micro,
                                                     const std::vector<estimate::Sample>& runs);

}  // namespace joulecast::session
