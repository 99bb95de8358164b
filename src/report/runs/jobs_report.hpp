// What the jobs of a batch system used, as a table and as JSON. No command line is in it.
#pragma once

#include <string>

#include "session/runs/job_energy.hpp"

namespace joulecast::report {

[[nodiscard]] std::string to_text(const session::JobReport& report);

/// `sacct` says why Slurm's own account is missing; "" = it is there, or was not asked for.
[[nodiscard]] std::string to_json_text(const session::JobReport& report, const std::string& sacct);

}  // namespace joulecast::report
