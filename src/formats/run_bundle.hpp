// Run bundles: one directory per run (run.json, power*.csv, host.csv, epochs.csv), our interchange form.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// Reads a bundle. Empty cells are gaps, unknown keys are kept in info.extra_json, power before 0 or after
/// run_stop_s is kept in the traces and lies outside run.span. malformed with file:line where a file is not
/// what it should be.
[[nodiscard]] Result<trace::Run> read_run_bundle(const std::filesystem::path& directory);

/// Writes a bundle that reads back as the same run. The directory is made; an existing run.json is not
/// overwritten.
[[nodiscard]] Status write_run_bundle(const trace::Run& run, const std::filesystem::path& directory);

/// Every directory at or below root that holds a run.json, sorted.
[[nodiscard]] std::vector<std::filesystem::path> find_run_bundles(const std::filesystem::path& root);

}  // namespace joulecast::formats
