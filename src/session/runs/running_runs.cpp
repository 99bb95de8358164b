#include "session/runs/running_runs.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "session/runs/open_store.hpp"
#include "trace/energy.hpp"

namespace joulecast::session {
namespace {

/// More runs than this on one machine are not even counted.
constexpr std::size_t most_counted = 1000;
constexpr Seconds store_patience{1};
/// A power is shown for so long after its reading, or for so many times the time between readings.
constexpr Seconds power_lasts{15};
constexpr double power_lasts_periods = 3;

std::optional<Joules> budget_of(const std::map<std::string, std::string>& tags) {
  const auto tag = tags.find("budget");
  return tag == tags.end() ? std::nullopt : parse_energy(tag->second);
}

}  // namespace

RunningRunsWatch::RunningRunsWatch(std::string store, std::string host, std::size_t most, const Clock& clock)
    : store_(std::move(store)), host_(std::move(host)), most_(most), clock_(&clock) {}

RunningRuns RunningRunsWatch::look() {
  RunningRuns now;
  const auto refuse = [&](const Error& error) {
    now.store_answers = false;
    now.trouble = to_string(error);
    return now;
  };
  store::OpenOptions options;
  options.busy_timeout = store_patience;
  const auto store = open_store(store_, store::Access::read, std::move(options));
  if (!store) {
    if (store.error().kind == ErrorKind::unavailable) return now;
    return refuse(store.error());
  }
  store::RunQuery query;
  query.status = trace::RunStatus::running;
  query.host = host_;
  query.limit = most_counted;
  const auto rows = (*store)->find(query);
  if (!rows) return refuse(rows.error());
  for (const auto& row : *rows) {
    // Its process is on another machine of this name, or cannot be seen, and has long been silent.
    if (row.last_heard) continue;
    if (now.runs.size() == most_) {
      ++now.left_out;
      continue;
    }
    // A run that ended or was removed since the list was made is no longer shown.
    if (auto run = look_at(**store, row)) now.runs.push_back(std::move(*run));
  }
  std::erase_if(seen_, [&](const auto& seen) {
    return std::ranges::none_of(now.runs, [&](const auto& run) { return run.id == seen.first; });
  });
  return now;
}

Result<RunningRun> RunningRunsWatch::look_at(const store::RunStore& store, const store::RunRow& row) {
  const auto run = store.summary(row.id);
  if (!run) return propagate(run.error());
  RunningRun now;
  now.id = row.id;
  now.name = row.name;
  now.started = row.started;
  now.measured = run->span.end;
  now.energy = trace::energy_of(*run).total;
  now.budget = budget_of(row.tags);
  if (!run->projections.empty() && !run->projections.back().withdrawn)
    now.projection = run->projections.back();
  compare(now);
  return now;
}

void RunningRunsWatch::compare(RunningRun& run) {
  if (!run.energy) return;
  const auto looked = clock_->steady();
  const auto [slot, fresh] = seen_.try_emplace(run.id, Seen{run.measured, *run.energy, {}, looked, {}});
  auto& seen = slot->second;
  if (!fresh && run.measured > seen.measured) {
    const auto gained = *run.energy - seen.energy;
    const auto passed = run.measured - seen.measured;
    seen = {run.measured, *run.energy, {}, looked, passed};
    if (gained >= Joules{0}) seen.power = gained / passed;
  }
  if (looked - seen.looked <= std::max(power_lasts, seen.since_before * power_lasts_periods))
    run.power = seen.power;
}

}  // namespace joulecast::session
