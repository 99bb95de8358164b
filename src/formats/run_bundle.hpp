// Run bundles: one directory per run (run.json, power*.csv, host.csv, epochs.csv, progress.csv),
// joulecast's exchange format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/support/damage.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// Reads a bundle. Empty cells are gaps, and unknown keys are kept in info.extra_json. Power before second 0
/// or after run_stop_s is kept in the traces but lies outside run.span. malformed with file:line if a file is
/// invalid.
[[nodiscard]] Result<trace::Run> read_run_bundle(const std::filesystem::path& directory);

/// Further information about a bundle that was read.
struct BundleNotes {
  std::uint64_t rows = 0;         ///< of its power files, or of host.csv if it has none
  std::vector<std::string> left;  ///< "power.csv: column fan_pct is not one of a bundle"
};

/// Unless `damage` is strict, an unusable line becomes a gap in the channels of its file.
[[nodiscard]] Result<trace::Run> read_run_bundle(const std::filesystem::path& directory, Damage& damage,
                                                 BundleNotes& notes);

/// Writes a bundle that reads back as the same run (shares of time within one part in 10^15, traces in the
/// order of files and columns). Creates the directory; refuses one with a run.json.
[[nodiscard]] Status write_run_bundle(const trace::Run& run, const std::filesystem::path& directory);

/// Every directory with a run.json at or below root, sorted.
[[nodiscard]] std::vector<std::filesystem::path> find_run_bundles(const std::filesystem::path& root);

}  // namespace joulecast::formats
