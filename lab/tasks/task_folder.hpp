// Runs that are carried out elsewhere, a task each: by Slurm, Snakemake, Kubernetes. They share a folder
// beside the plan with `joulecast lab`:
//
//   vision.tasks/results/CELL-REPETITION-ATTEMPT.json   what became of the run; a line as in the journal
//   vision.tasks/stores/CELL-REPETITION-ATTEMPT.db      its readings, until the campaign's store has them
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "lab/campaign/records.hpp"

namespace joulecast::lab {

class TaskFolder {
 public:
  /// `plan`: Plan::home.
  explicit TaskFolder(const std::filesystem::path& plan);

  /// Makes what is not there yet.
  [[nodiscard]] Status make() const;
  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path results() const { return root_ / "results"; }
  [[nodiscard]] std::filesystem::path logs() const { return root_ / "logs"; }
  [[nodiscard]] std::filesystem::path result_of(const RunPlace& place) const;
  /// A file of its own for each task: many machines cannot write into one SQLite file over a network.
  [[nodiscard]] std::filesystem::path store_of(const RunPlace& place) const;

 private:
  std::filesystem::path root_;
};

/// "3f9a1b2c3f9a1b2c-2-1": cell, repetition, attempt.
[[nodiscard]] std::string name_of(const RunPlace& place);

// A list of tasks: a line "CELL REPETITION ATTEMPT" each; a task's index is its line, from 0.
[[nodiscard]] std::string to_list(const std::vector<RunPlace>& places);
/// malformed, with file:line.
[[nodiscard]] Result<std::vector<RunPlace>> read_list(const std::filesystem::path& file);

}  // namespace joulecast::lab
