// Where a table of runs comes from: a CSV file, a folder of run bundles, or the store.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/result.hpp"
#include "session/tables/run_table.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

/// One row a finished run: run_id, name, architecture, framework, dataset, gpu, gpu_count, host, environment
/// (gpu at host), batch_size, epochs, duration_s, energy_j, mean_power_w, coverage, every correctness metric
/// (as recorded for the run, else of its last epoch) and every tag. Runs that are still running, failed or
/// were interrupted are left out, which the table says; runs with less than 95 % of their time measured are
/// named in its warnings.
[[nodiscard]] RunTable table_of_runs(std::span<const trace::Run> runs, std::string source);

/// A CSV table: its format is CsvKind::any.
[[nodiscard]] Result<RunTable> read_run_table(const std::filesystem::path& file);

/// `source`: a CSV file or a folder with run bundles at any depth; "" = the store at `store` ("" = the usual
/// one). invalid where no finished run is there.
[[nodiscard]] Result<RunTable> load_run_table(const std::string& source, const std::string& store);

}  // namespace joulecast::session
