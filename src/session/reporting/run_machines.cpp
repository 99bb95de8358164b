#include "session/reporting/run_machines.hpp"

#include <algorithm>
#include <tuple>

#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

bool are_alike(const trace::HostInfo& a, const trace::HostInfo& b) {
  const auto all = [](const trace::HostInfo& host) {
    return std::tie(host.hostname, host.os, host.cpu_model, host.logical_cpus, host.memory_bytes, host.gpus,
                    host.joulecast_version);
  };
  return all(a) == all(b);
}

}  // namespace

Result<std::vector<RunMachine>> machines_of(const std::string& url, const std::vector<std::string>& runs) {
  const auto store = open_store(url, store::Access::read);
  if (!store) return propagate(store.error());
  std::vector<RunMachine> machines;
  for (const auto& id : runs) {
    const auto run = (*store)->summary(id);
    if (!run && (run.error().kind == ErrorKind::invalid || run.error().kind == ErrorKind::malformed))
      continue;
    if (!run) return propagate(run.error());
    const auto known = std::ranges::find_if(
        machines, [&](const RunMachine& machine) { return are_alike(machine.host, run->host); });
    if (known == machines.end())
      machines.push_back({run->host, 1});
    else
      ++known->runs;
  }
  if (machines.empty()) return fail(ErrorKind::unavailable, "", "the store has none of the runs");
  std::ranges::stable_sort(machines, std::greater{}, &RunMachine::runs);
  return machines;
}

}  // namespace joulecast::session
