// A run's job in words. Internal to the report.
#pragma once

#include <string>

#include "trace/job.hpp"

namespace joulecast::report {

/// "slurm job 4711.0 "resnet" of ann, account vision · srun rank 0 of 8 · node 1 of 2"; "" where nothing is
/// known. Ranks and nodes count as their launcher counts them, from 0.
[[nodiscard]] std::string job_text(const trace::Job& job);

}  // namespace joulecast::report
