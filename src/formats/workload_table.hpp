// The workload table: one measured run of a configuration per row, for the methods that predict before
// training. Tables of speeds have one measured step per row in place of epochs, and the tables of energy have
// both kinds; a table's header tells which it is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/step_setup.hpp"
#include "trace/training_description.hpp"

namespace joulecast::formats {

/// An absent value was an empty cell: unknown, never 0.
struct WorkloadRow {
  std::size_t line = 0;  ///< line in its file, for messages
  std::string source;    ///< who measured it, with which software and machine
  std::string run_id;
  std::string config_id;  ///< the same for repeats of one configuration; never empty after reading
  /// After reading, `architecture` and `gpu` are set, and an empty gpu_count is 1. `batch_size` is set in a
  /// table of epochs; elsewhere it may be unknown.
  trace::TrainingDescription training;
  std::optional<double> epoch_time_s;        ///< > 0
  std::optional<double> mean_gpu_w;          ///< > 0, all GPUs
  std::optional<double> epoch_gpu_energy_j;  ///< > 0, all GPUs
  /// Of a row that tells speed and no epoch: seconds per sample of all GPUs together, per token where the row
  /// counts tokens; > 0.
  std::optional<double> step_time_s;
  bool step_counts_tokens = false;
  StepSetup step;

  /// The recorded value, else mean power x epoch time if both are known.
  [[nodiscard]] std::optional<double> epoch_energy_j() const;
};

/// Builds an id from the values that tell configurations apart, for rows without one.
[[nodiscard]] std::string made_config_id(const WorkloadRow& row);

struct WorkloadTable {
  std::string where;
  std::vector<WorkloadRow> rows;
  bool of_epochs = true;  ///< false = of speeds or energies
};

/// Columns are found by name, in any order; unknown ones are ignored. A table with the column `samples_per_s`
/// is one of speeds, one with `run_gpu_energy_j` one of energies. malformed, with file:line, if `gpu` or
/// `architecture` is absent, or `batch_size` in a table of epochs, if a number is invalid, or if it is not
/// positive although it must be. Rows of speed that tell no time are dropped. An empty `config_id` becomes
/// made_config_id().
[[nodiscard]] Result<WorkloadTable> parse_workload_table(std::string_view text, const std::string& where);
[[nodiscard]] Result<WorkloadTable> read_workload_table(const std::filesystem::path& file);

}  // namespace joulecast::formats
