#include "session/runs/fleet.hpp"

#include <algorithm>
#include <functional>

#include "session/runs/list_runs.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

std::string value_of(const RunningRun& run, const std::string& tag) {
  const auto found = run.tags.find(tag);
  return found == run.tags.end() ? "" : found->second;
}

bool is_within(const RunningRun& run, const store::RunQuery& query) {
  if (query.since && (!run.started || *run.started < *query.since)) return false;
  return !query.until || (run.started && *run.started < *query.until);
}

/// The store's sums with what the running runs have used so far.
std::vector<EnergySum> with_running(const std::vector<store::RunSum>& sums,
                                    const std::vector<RunningRun>& running, const store::RunQuery& query,
                                    const std::function<std::string(const RunningRun&)>& label) {
  std::vector<EnergySum> result;
  for (const auto& sum : sums) {
    EnergySum total{sum.name, sum.ended + sum.running, sum.running, {}, sum.without_energy};
    if (sum.ended > sum.without_energy) total.energy = sum.energy;
    std::size_t known = 0;
    for (const auto& run : running) {
      if (!run.energy || label(run) != sum.name || !is_within(run, query)) continue;
      total.energy = total.energy.value_or(Joules{0}) + *run.energy;
      ++known;
    }
    total.without_energy += sum.running - std::min(sum.running, known);
    result.push_back(std::move(total));
  }
  std::ranges::stable_sort(result, std::greater{},
                           [](const EnergySum& sum) { return sum.energy.value_or(Joules{-1}); });
  return result;
}

}  // namespace

Result<Fleet> fleet(const FleetRequest& request, const std::vector<RunningRun>& running, const Clock& clock) {
  const auto query = query_of({.since = request.since, .until = request.until}, clock.wall());
  if (!query) return propagate(query.error());
  Fleet result{query->since, query->until, running, {}, {}, {}, {}};
  const auto store = open_store(request.store, store::Access::read);
  if (!store) {
    if (request.store.empty() && store.error().kind == ErrorKind::unavailable) return result;
    return propagate(store.error());
  }
  if (std::ranges::count(request.tags, "") > 0) return fail_field("tag", "is the name of a tag");
  auto tags = request.tags;
  tags.insert(tags.end(), {"user", "project"});
  const auto sums = (*store)->sums(tags, *query);
  if (!sums) return propagate(sums.error());
  result.hosts = with_running(sums->hosts, running, *query, &RunningRun::host);
  const auto by_tag = [&](const std::string& tag) {
    return with_running(sums->tags.at(tag), running, *query,
                        [&](const RunningRun& run) { return value_of(run, tag); });
  };
  result.users = by_tag("user");
  result.projects = by_tag("project");
  for (const auto& tag : request.tags) result.tags[tag] = by_tag(tag);
  return result;
}

}  // namespace joulecast::session
