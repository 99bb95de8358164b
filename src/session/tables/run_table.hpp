// Runs as a table, whatever they come from: a CSV file, a folder of run bundles, or the store. What compares
// and recommends then works on all three alike.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/csv_table.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

struct RunTable {
  formats::CsvTable table;
  std::vector<std::string> warnings;  ///< runs left out, measurement gaps
};

/// One row a finished run: run_id, name, architecture, framework, dataset, gpu, gpu_count, host, environment
/// (gpu at host), batch_size, epochs, duration_s, energy_j, mean_power_w, coverage, every correctness metric
/// (as recorded for the run, else of its last epoch) and every tag. Figures that are not known are empty
/// cells. Runs that did not finish, and runs whose energy is not known, are named in the warnings; so are
/// runs with less than 95 % of their time measured.
[[nodiscard]] RunTable table_of_runs(std::span<const trace::Run> runs, std::string name);

/// `source`: a CSV file or a folder with run bundles at any depth; "" = the store at `store_path` ("" = the
/// usual one).
[[nodiscard]] Result<RunTable> load_run_table(const std::string& source, const std::string& store_path);

}  // namespace joulecast::session
