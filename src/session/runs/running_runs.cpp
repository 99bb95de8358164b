#include "session/runs/running_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "session/runs/open_store.hpp"
#include "trace/energy.hpp"
#include "trace/phases.hpp"

namespace joulecast::session {
namespace {

/// More runs than this on one machine are not even counted.
constexpr std::size_t most_counted = 1000;
constexpr Seconds store_patience{1};
/// A power is shown for so long after its reading, or for so many times the time between readings.
constexpr Seconds power_lasts{15};
constexpr double power_lasts_periods = 3;

/// A run may be stored a little after the time at which it says that it began.
constexpr std::int64_t look_back_ns = 5'000'000'000;

/// Nothing if one of them is not known.
template <class U>
std::optional<U> sum_of(std::optional<U> one, std::optional<U> other) {
  return one && other ? std::optional(*one + *other) : std::nullopt;
}

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
  const auto looked = clock_->wall();
  store::OpenOptions options;
  options.busy_timeout = store_patience;
  const auto store = open_store(store_, store::Access::read, std::move(options));
  if (!store) {
    if (store.error().kind != ErrorKind::unavailable) return refuse(store.error());
    looked_ = looked;
    return now;
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
  find_ended(**store, looked, now);
  running_.clear();
  for (const auto& run : now.runs) running_.push_back(run.id);
  looked_ = looked;
  return now;
}

void RunningRunsWatch::find_ended(const store::RunStore& store, WallTime looked, RunningRuns& now) {
  for (const auto& id : running_) {
    if (std::ranges::find(now.runs, id, &RunningRun::id) != now.runs.end()) continue;
    auto row = store.row(id);
    if (row && row->id == id && row->status != trace::RunStatus::running)
      now.ended.push_back(std::move(*row));
    else if (!row && row.error().kind == ErrorKind::invalid)
      now.removed.push_back(id);
  }
  store::RunQuery query;
  query.since = WallTime{looked_.value_or(looked).ns - look_back_ns};
  query.host = host_;
  query.limit = most_counted;
  const auto rows = store.find(query);
  if (!rows) return;
  std::vector<std::string> told;
  for (const auto& row : *rows) {
    if (row.status == trace::RunStatus::running) continue;
    told.push_back(row.id);
    const bool known = std::ranges::find(now.ended, row.id, &store::RunRow::id) != now.ended.end() ||
                       std::ranges::find(told_ended_, row.id) != told_ended_.end();
    if (!known && looked_) now.ended.push_back(row);
  }
  told_ended_ = std::move(told);
}

Result<RunningRun> RunningRunsWatch::look_at(const store::RunStore& store, const store::RunRow& row) {
  const auto run = store.summary(row.id);
  if (!run) return propagate(run.error());
  RunningRun now;
  now.id = row.id;
  now.name = row.name;
  now.host = row.host;
  now.tags = row.tags;
  now.epochs = row.epochs;
  now.started = row.started;
  now.measured = run->span.end;
  const auto energy = trace::energy_of(*run);
  now.energy = energy.total;
  now.budget = budget_of(row.tags);
  now.work_is_done = trace::all_work_is_done(*run);
  if (!run->projections.empty() && !run->projections.back().withdrawn)
    now.projection = run->projections.back();
  put_components(now, energy);
  return now;
}

/// Mean power since the meter's readings before. Energy that did not grow is that of a meter without news,
/// until it would have had some.
std::optional<Watts> RunningRunsWatch::power_of(Seen& seen, const trace::ComponentEnergy& row,
                                                SteadyTime looked) {
  const auto lasts = std::max(power_lasts, seen.since_before * power_lasts_periods);
  const auto passed = row.counted - seen.counted;
  if (*row.energy != seen.energy || passed > lasts) {
    // Both fall where another channel now tells of the device.
    const bool known = passed > Seconds{0} && *row.energy >= seen.energy;
    const auto power = known ? std::optional((*row.energy - seen.energy) / passed) : std::nullopt;
    seen = {*row.energy, row.counted, power, looked, std::max(Seconds{0}, passed)};
  }
  return looked - seen.looked > lasts ? std::nullopt : seen.power;
}

/// Sums of the rows in the total, in their order.
void RunningRunsWatch::put_components(RunningRun& run, const trace::RunEnergy& energy) {
  const auto looked = clock_->steady();
  auto& meters = seen_[run.id];
  for (const auto& row : energy.components) {
    if (!row.in_total) continue;
    std::optional<Watts> power;
    if (row.energy) {
      const Seen first{*row.energy, row.counted, {}, looked, {}};
      auto& seen = meters.try_emplace(fmt::format("{}/{}", row.node, row.channel), first).first->second;
      power = power_of(seen, row, looked);
    }
    const auto found = std::ranges::find(run.components, row.component, &ComponentPower::component);
    if (found == run.components.end()) {
      run.components.push_back({row.component, row.energy, power});
    } else {
      found->energy = sum_of(found->energy, row.energy);
      found->power = sum_of(found->power, power);
    }
  }
  if (run.components.empty()) return;
  run.power = Watts{0};
  for (const auto& part : run.components) run.power = sum_of(run.power, part.power);
}

}  // namespace joulecast::session
