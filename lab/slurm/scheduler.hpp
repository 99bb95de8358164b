// Slurm's commands, and what they answer.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// A task of an array job.
struct SlurmTask {
  std::string job;  ///< its number
  int index = 0;
  friend auto operator<=>(const SlurmTask&, const SlurmTask&) = default;
};

/// How a task has ended that left no result.
struct SlurmEnd {
  std::string state;  ///< "TIMEOUT", "NODE_FAIL"; "" = Slurm has forgotten it
  std::string exit;   ///< "0:9": status and signal
};

/// Submits the script; the job's number.
[[nodiscard]] Result<std::string> submit(const std::string& script);
/// How many tasks an array may have; Slurm's default if it does not say.
[[nodiscard]] std::size_t largest_array();
/// The user's tasks that have not ended, with their states: "PENDING", "RUNNING".
[[nodiscard]] Result<std::map<SlurmTask, std::string>> tasks_in_queue();
/// The number of a job by its name, while it is in the queue.
[[nodiscard]] std::optional<std::string> job_named(const std::string& name);
/// From the accounting, else from the controller, which remembers some minutes.
[[nodiscard]] SlurmEnd end_of(const SlurmTask& task);

// The answers' texts.
[[nodiscard]] std::map<SlurmTask, std::string> parse_queue(std::string_view text);
[[nodiscard]] std::optional<SlurmEnd> parse_accounting(std::string_view text);
[[nodiscard]] std::optional<SlurmEnd> parse_job(std::string_view text);

/// What an end without a result means for the campaign. `log`: where the task's output is.
[[nodiscard]] std::pair<Outcome, std::string> judge(const SlurmEnd& end, const std::string& log);

}  // namespace joulecast::lab
