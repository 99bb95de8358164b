// Loads a table of runs from a CSV file, a folder of run bundles, or the store.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/tables/run_table.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// One row per finished run, with the columns run_id, name, architecture, framework, dataset, gpu, gpu_count,
/// host, environment (gpu at host), batch_size, epochs, duration_s, energy_j, mean_power_w and coverage,
/// every correctness metric (of the run, else of its last epoch, else its last report) and every tag. Runs
/// that are still running, failed, were interrupted or stopped are left out and listed in the table. Runs
/// that were measured for less than 95 % of their time are named in its warnings.
[[nodiscard]] RunTable table_of_runs(std::span<const trace::Run> runs, std::string source);

/// The run bundles of a folder, at any depth. invalid if it holds none.
[[nodiscard]] Result<std::vector<trace::Run>> runs_of_bundles(const std::filesystem::path& folder);

/// These runs of the store, or all where none is named, as their summaries. `name` becomes what errors call
/// the store. Errors as store::RunStore; invalid for a store without runs and for a run that is named twice.
[[nodiscard]] Result<std::vector<trace::Run>> stored_runs(const std::string& store,
                                                          const std::vector<std::string>& references,
                                                          std::string& name);

/// Reads a CSV table of any program (CsvKind::any).
[[nodiscard]] Result<RunTable> read_run_table(const std::filesystem::path& file);

/// `source` is a CSV file or a folder with run bundles at any depth. "" = the store at `store`, where "" is
/// the usual one. invalid if there is no finished run.
[[nodiscard]] Result<RunTable> load_run_table(const std::string& source, const std::string& store);

}  // namespace joulecast::session
