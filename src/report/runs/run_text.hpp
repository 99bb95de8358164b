// A run as text. It is aligned, and says what is not known.
#pragma once

#include <string>

#include "session/runs/run_summary.hpp"

namespace joulecast::report {

struct RunTextOptions {
  std::size_t width = 100;       ///< approximate length of a line
  std::size_t most_epochs = 24;  ///< if there are more, some in the middle are left out
  std::size_t most_metrics = 5;  ///< columns in the table of epochs
};

[[nodiscard]] std::string to_text(const session::RunSummary& summary, const RunTextOptions& options = {});

/// The parts of the text, for callers that show only some of them.
[[nodiscard]] std::string energy_text(const session::RunSummary& summary);
[[nodiscard]] std::string carbon_text(const session::RunSummary& summary);
[[nodiscard]] std::string epochs_text(const session::RunSummary& summary, const RunTextOptions& options = {});
/// Phases, where there is more than one or the unit is not the epoch, and the energy per unit of work.
[[nodiscard]] std::string phases_text(const session::RunSummary& summary);
/// Ten parts of the longest phase that counts steps or the like, in runs of few epochs.
[[nodiscard]] std::string steps_text(const session::RunSummary& summary);
[[nodiscard]] std::string windows_text(const session::RunSummary& summary);
[[nodiscard]] std::string projections_text(const session::RunSummary& summary);

/// "finished", "failed, exit status 3", "interrupted", "stopped, exit status 143"
[[nodiscard]] std::string status_text(const trace::Run& run);
/// "gpu 0", "dram", "node02 cpu 1"
[[nodiscard]] std::string component_text(trace::Component component, const std::string& device,
                                         const std::string& node);

}  // namespace joulecast::report
