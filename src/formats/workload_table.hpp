// The workload table: one measured configuration-run a row, for the estimators that predict before training.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "trace/training_description.hpp"

namespace joulecast::formats {

/// An absent value is a cell that was empty: not known, never 0.
struct WorkloadRow {
  std::size_t line = 0;  ///< in its file, for messages
  std::string source;    ///< whose software and machine
  std::string run_id;
  std::string config_id;  ///< repeats of one configuration share it; never empty once read
  /// Once read, `architecture`, `gpu` and `batch_size` are known, and an empty gpu_count is 1.
  trace::TrainingDescription training;
  std::optional<double> epoch_time_s;        ///< > 0
  std::optional<double> mean_gpu_w;          ///< > 0, all GPUs
  std::optional<double> epoch_gpu_energy_j;  ///< > 0, all GPUs

  /// As recorded, else mean power x epoch time where both are there.
  [[nodiscard]] std::optional<double> epoch_energy_j() const;
};

/// An id made of what tells configurations apart, for rows that come without one.
[[nodiscard]] std::string made_config_id(const WorkloadRow& row);

struct WorkloadTable {
  std::string where;
  std::vector<WorkloadRow> rows;
};

/// Columns by name, in any order; unknown ones are ignored. malformed, with file:line, where `gpu`,
/// `architecture` or `batch_size` is absent, a number is not one, or is not positive where it must be.
/// An empty `config_id` becomes made_config_id().
[[nodiscard]] Result<WorkloadTable> parse_workload_table(std::string_view text, const std::string& where);
[[nodiscard]] Result<WorkloadTable> read_workload_table(const std::filesystem::path& file);

}  // namespace joulecast::formats
