// A run that its server has not taken yet, from what this machine knows of it. Where it goes on with another
// run, the figures are those of this one alone.
#pragma once

#include <filesystem>

#include "session/runs/run_summary.hpp"

namespace joulecast::session {

/// For the process that has just ended the run. unavailable if the server has taken a part that is not in the
/// journal any more.
[[nodiscard]] Result<RunSummary> summarise_waiting(const std::filesystem::path& journal);

/// Writes such a run as a bundle.
[[nodiscard]] Status export_waiting(const std::filesystem::path& journal,
                                    const std::filesystem::path& bundle);

}  // namespace joulecast::session
