#include "lab/runner/resume.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"
#include "lab/campaign/journal.hpp"
#include "lab/execute/collect.hpp"
#include "lab/execute/setup.hpp"
#include "lab/plan/cells.hpp"
#include "lab/runner/campaign.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

WallTime end_of(const store::RunRow& row) {
  const auto began = row.started.value_or(WallTime{0});
  return WallTime{began.ns + static_cast<std::int64_t>(row.duration.value() * 1e9)};
}

/// The outcome that was found when the run ended, else what its status says.
Outcome outcome_of(const store::RunRow& row) {
  if (const auto tag = row.tags.find(outcome_tag); tag != row.tags.end())
    if (const auto outcome = outcome_from(tag->second)) return *outcome;
  if (row.status == trace::RunStatus::finished) return Outcome::finished;
  if (row.status == trace::RunStatus::failed) return Outcome::failed;
  return Outcome::interrupted;
}

/// The store has no figures that the plan reads from the output or from files; the run's folder has.
std::map<std::string, double> figures_of(const Plan& plan, const RunPlace& place) {
  const auto cell = std::ranges::find(plan.cells, place.cell, &Cell::id);
  return cell == plan.cells.end() ? std::map<std::string, double>{}
                                  : figures_left_by(set_up(plan, *cell, place), plan);
}

RunEnded ended_from(const Plan& plan, const store::RunRow& row, const RunPlace& place, const Levels& levels) {
  RunEnded record;
  record.place = place;
  record.levels = levels;
  record.began = row.started.value_or(WallTime{0});
  record.ended = end_of(row);
  record.outcome = outcome_of(row);
  record.exit_status = row.exit_status;
  record.run_id = row.id;
  record.duration = row.duration;
  record.energy = row.energy;
  record.provenance = row.provenance;
  record.metrics = figures_of(plan, place);
  record.conduct.flags.emplace_back("found in the store, since the lab was killed when it ended");
  return record;
}

int number_in(const store::RunRow& row, const char* tag) {
  const auto found = row.tags.find(tag);
  const auto number = found == row.tags.end() ? std::nullopt : parse_int(found->second);
  constexpr std::int64_t most = 1'000'000'000;
  return number && *number > 0 && *number < most ? static_cast<int>(*number) : 1;
}

}  // namespace

std::optional<RetryWished> retry_of(const Plan& plan, const CampaignState& state,
                                    const std::vector<Levels>& only) {
  const Standing standing(plan, state);
  RetryWished wished{system_clock().wall()};
  bool any = false;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const auto& cell = plan.cells[i];
    const bool meant =
        only.empty() || std::ranges::any_of(only, [&](const Levels& some) { return has_levels(cell, some); });
    if (!meant || standing.cell(i).failed.empty()) continue;
    any = true;
    if (!only.empty()) wished.cells.push_back(cell.id);
  }
  return any ? std::optional(wished) : std::nullopt;
}

Result<CampaignState> known_state(const Plan& plan, const std::string& store) {
  const auto records = read_journal(journal_of(plan.file));
  if (!records) return propagate(records.error());
  auto state = state_of(*records);
  if (!state.runs.empty() || !state.unclear.empty()) return state;
  const auto& url = store.empty() && state.begun ? state.begun->store : store;
  const auto opened = session::open_store(url, store::Access::look);
  if (!opened) return state;  // whoever reads the runs says why
  const auto found = runs_in_store(**opened, plan);
  if (!found || found->empty()) return state;
  for (const auto& run : *found) add(state, run);
  state.without_journal = true;
  if (!state.begun) {
    const auto address = absolute_store(url);
    if (!address) return propagate(address.error());
    state.begun = CampaignBegun{plan.name, *address, state.runs.front().began};
  }
  return state;
}

Result<std::vector<RunEnded>> clear_up(const store::RunStore& store, const Plan& plan,
                                       const std::vector<RunBegun>& unclear) {
  std::vector<RunEnded> ended;
  for (const auto& begun : unclear) {
    store::RunQuery query;
    for (const auto& [name, value] : place_tags(plan.name, begun.place)) query.tags.push_back({name, value});
    const auto rows = store.find(query);
    if (!rows) return propagate(rows.error());
    const auto found = std::ranges::find_if(*rows, [&](const store::RunRow& row) {
      return begun.place.role == Role::reference || !row.tags.contains(role_tag);
    });
    if (found != rows->end()) {
      ended.push_back(ended_from(plan, *found, begun.place, begun.levels));
      continue;
    }
    RunEnded record;
    record.place = begun.place;
    record.levels = begun.levels;
    record.began = record.ended = begun.at;
    record.outcome = Outcome::interrupted;
    record.reason = "the lab was killed";
    ended.push_back(std::move(record));
  }
  return ended;
}

Result<std::vector<RunEnded>> runs_in_store(const store::RunStore& store, const Plan& plan) {
  store::RunQuery query;
  query.tags = {{campaign_tag, plan.name}};
  query.descending = false;
  const auto rows = store.find(query);
  if (!rows) return propagate(rows.error());
  std::vector<RunEnded> ended;
  for (const auto& row : *rows) {
    if (const auto its = row.tags.find(plan_tag); its != row.tags.end() && its->second != plan.home.string())
      return fail(
          ErrorKind::invalid, plan.at(plan.lines.name),
          "name: the store has runs of a campaign \"{}\" of another plan, {}; give this one another name",
          plan.name, its->second);
    const auto cell = row.tags.find(cell_tag);
    if (cell == row.tags.end() || row.status == trace::RunStatus::running) continue;
    RunPlace place{row.tags.contains(role_tag) ? Role::reference : Role::cell, cell->second,
                   number_in(row, repetition_tag), number_in(row, attempt_tag)};
    Levels levels;
    for (const auto& factor : plan.factors)
      if (const auto level = row.tags.find(factor.name); level != row.tags.end())
        levels[factor.name] = level->second;
    ended.push_back(ended_from(plan, row, place, levels));
    ended.back().conduct.flags.back() = "found in the store, since the journal was not there";
  }
  return ended;
}

std::vector<pid_t> left_processes(const Roots& roots, const std::string& journal) {
  std::vector<pid_t> found;
  const auto wanted = std::string(campaign_variable) + "=" + journal;
  std::error_code error;
  for (fs::directory_iterator entry(roots.proc, error), end; !error && entry != end; entry.increment(error)) {
    const auto pid = parse_uint(entry->path().filename().string());
    if (!pid || static_cast<pid_t>(*pid) == ::getpid()) continue;
    const auto variables = read_file(entry->path() / "environ");
    if (!variables) continue;
    const auto parts = split(*variables, '\0');
    if (std::ranges::find(parts, wanted) != parts.end()) found.push_back(static_cast<pid_t>(*pid));
  }
  return found;
}

}  // namespace joulecast::lab
