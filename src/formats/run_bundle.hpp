// Run bundles: one directory per run (run.json, power*.csv, host.csv, epochs.csv), our interchange form.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/support/damage.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// Reads a bundle. Empty cells are gaps, unknown keys are kept in info.extra_json, power before 0 or after
/// run_stop_s is kept in the traces and lies outside run.span. malformed with file:line where a file is not
/// what it should be.
[[nodiscard]] Result<trace::Run> read_run_bundle(const std::filesystem::path& directory);

/// What else there is to say of a bundle that was read.
struct BundleNotes {
  std::uint64_t rows = 0;         ///< of its power files, or of host.csv where it has none
  std::vector<std::string> left;  ///< "power.csv: column fan_pct is not one of a bundle"
};

/// As above, but by the line where `damage` is not strict: an unusable line is a gap in what it would have
/// held.
[[nodiscard]] Result<trace::Run> read_run_bundle(const std::filesystem::path& directory, Damage& damage,
                                                 BundleNotes& notes);

/// Writes a bundle that reads back as the same run (shares of time within one part in 10^15, traces in the
/// order of the files and columns). The directory is made; one that holds a run.json is refused.
[[nodiscard]] Status write_run_bundle(const trace::Run& run, const std::filesystem::path& directory);

/// Every directory at or below root that holds a run.json, sorted.
[[nodiscard]] std::vector<std::filesystem::path> find_run_bundles(const std::filesystem::path& root);

}  // namespace joulecast::formats
