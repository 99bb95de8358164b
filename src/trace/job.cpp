#include "trace/job.hpp"

#include <fmt/format.h>

namespace joulecast::trace {

bool is_known(const Job& job) {
  return job != Job{};
}

bool may_share_node(const Job& job) {
  if (!job.local_rank) return false;
  if (job.local_size) return *job.local_size > 1;
  return !job.world_size || *job.world_size > 1;
}

std::string key_of(const Job& job) {
  std::string key;
  if (!job.id.empty()) key = job.scheduler + " " + job.id;
  if (!job.id.empty() && !job.step.empty()) key += "." + job.step;
  if (!job.launch.empty()) key += fmt::format("{}{} {}", key.empty() ? "" : ", ", job.launcher, job.launch);
  return key;
}

}  // namespace joulecast::trace
