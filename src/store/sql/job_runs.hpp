// The runs of jobs, from an index that holds all that is asked for (run_by_job).
#pragma once

#include <functional>

#include "store/job_run.hpp"
#include "store/sql/database.hpp"

namespace joulecast::store::sql {

/// See RunStore::each_job_run(). The energy of a running run is not known here.
[[nodiscard]] Status each_job_run(Database& database, const JobQuery& query,
                                  const std::function<void(JobRun&)>& visit);

}  // namespace joulecast::store::sql
