// An array job: runs that are submitted together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lab/slurm/scheduler.hpp"
#include "lab/tasks/task_folder.hpp"

namespace joulecast::lab {

/// As it stands in the folder of the tasks: slurm-3.tasks, slurm-3.sh, and slurm-3.job with its number once
/// it is submitted.
struct Batch {
  int number = 0;
  std::vector<RunPlace> places;  ///< by index in the array
  std::string job;               ///< "" if it is not known whether it was submitted
};

/// "joulecast-vision-3": by which a batch is found in the queue if we were killed while submitting it.
[[nodiscard]] std::string job_name(const Plan& plan, int batch);
/// The script that sbatch takes. `program`: joulecast; `store`: see run_task().
[[nodiscard]] std::string script_of(const Plan& plan, const Batch& batch, const Environment* environment,
                                    const std::string& program, const std::string& store);
/// The log of a task of it.
[[nodiscard]] std::filesystem::path log_of(const Plan& plan, int batch, int index);

/// Those in the folder, in their order. A batch without a number is looked for in the queue.
[[nodiscard]] Result<std::vector<Batch>> read_batches(const Plan& plan);
/// Writes its files, submits it and keeps its number.
[[nodiscard]] Status submit_batch(const Plan& plan, Batch& batch, const Environment* environment,
                                  const std::string& program, const std::string& store);

/// A word for a shell: 'it'\''s'.
[[nodiscard]] std::string quoted(const std::string& word);

}  // namespace joulecast::lab
