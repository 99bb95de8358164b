// One run of a campaign on a machine that a scheduler has chosen.
#pragma once

#include <string>

#include "lab/plan/plan.hpp"
#include "lab/tasks/task_folder.hpp"

namespace joulecast::lab {

struct TaskEnd {
  bool was_done = false;      ///< by an earlier start of this task: nothing was run
  bool asked_to_end = false;  ///< no result was written: the scheduler knows why
  RunEnded record;            ///< unless was_done
};

/// Warms up as the plan says, measures the run and writes its result into the folder. A task that the
/// scheduler starts again begins anew, unless it had ended before. `store`: an address that all machines
/// reach; "" = a file of the task's own. invalid for a cell that the plan does not have.
[[nodiscard]] Result<TaskEnd> run_task(const Plan& plan, const RunPlace& place, const std::string& store);

}  // namespace joulecast::lab
