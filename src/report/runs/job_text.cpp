#include "report/runs/job_text.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/printable.hpp"
#include "report/phrases.hpp"

namespace joulecast::report {
namespace {

std::string scheduler_text(const trace::Job& job) {
  if (job.id.empty()) return {};
  auto text = fmt::format("{} job {}", job.scheduler, job.id);
  if (!job.step.empty()) text += "." + job.step;
  if (!job.array_id.empty() && job.array_index)
    text += fmt::format(" ({}_{})", job.array_id, *job.array_index);
  if (!job.het_id.empty() && job.het_component)
    text += fmt::format(" ({}+{})", job.het_id, *job.het_component);
  if (!job.name.empty()) text += fmt::format(" \"{}\"", job.name);
  if (!job.user.empty()) text += " of " + job.user;
  if (!job.account.empty()) text += ", account " + job.account;
  if (!job.partition.empty()) text += ", partition " + job.partition;
  if (!job.cluster.empty()) text += ", cluster " + job.cluster;
  return text;
}

/// "rank 3 of 8"; "" where the place is not known.
std::string place_text(std::string_view what, const std::optional<int>& place,
                       const std::optional<int>& count) {
  if (!place) return {};
  return count ? fmt::format("{} {} of {}", what, *place, *count) : fmt::format("{} {}", what, *place);
}

std::string restarts_text(const std::optional<int>& restarts) {
  if (restarts.value_or(0) == 0) return {};
  return *restarts == 1 ? "restarted once" : fmt::format("restarted {} times", *restarts);
}

}  // namespace

std::string job_text(const trace::Job& job) {
  auto rank = place_text("rank", job.rank, job.world_size);
  if (!rank.empty() && !job.launcher.empty()) rank = job.launcher + " " + rank;
  std::vector<std::string> parts;
  for (auto& part : {scheduler_text(job), rank, place_text("node", job.node_rank, job.node_count),
                     restarts_text(job.restarts)})
    if (!part.empty()) parts.push_back(part);
  return printable(join(parts, " · "));
}

}  // namespace joulecast::report
