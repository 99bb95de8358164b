#include "lab/tasks/ledger.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"
#include "lab/campaign/record_format.hpp"
#include "lab/runner/resume.hpp"
#include "session/runs/open_store.hpp"
#include "store/run_import.hpp"
#include "store/run_store.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::lab {
namespace {
namespace fs = std::filesystem;

/// Copies one run, unless it is there already.
Status copy_run(const store::RunStore& from, store::RunStore& to, const std::string& id) {
  const auto run = from.load(id);
  if (!run) return propagate(run.error());
  const auto import = to.import();
  return trace::replay(*run, *import);
}

/// The file and what SQLite and the recorder keep beside it.
void remove_store(const fs::path& file) {
  std::error_code ignored;
  const auto name = file.filename().string();
  for (fs::directory_iterator entry(file.parent_path(), ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const auto other = entry->path().filename().string();
    std::error_code gone;
    if (other == name || other.starts_with(name + "-")) fs::remove(entry->path(), gone);
  }
}

/// The runs of a task's store, the oldest first; none if there is no such file.
Result<std::vector<store::RunRow>> rows_of(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::vector<store::RunRow>{};
  const auto store = session::open_store(file.string(), store::Access::write);
  if (!store) return propagate(store.error());
  // A run that was killed on another machine looks alive for a while; the scheduler knows better.
  if (const auto closed = (*store)->recover(/*even_if_silent=*/true); !closed)
    return propagate(closed.error());
  store::RunQuery query;
  query.descending = false;
  return (*store)->find(query);
}

/// The record with the figures of a stored run.
RunEnded ended_from(const store::RunRow& row, RunEnded record) {
  record.run_id = row.id;
  record.began = row.started.value_or(record.began);
  record.duration = row.duration;
  record.ended = WallTime{record.began.ns + static_cast<std::int64_t>(row.duration.value() * 1e9)};
  record.energy = row.energy;
  record.provenance = row.provenance;
  record.exit_status = row.exit_status;
  return record;
}

}  // namespace

Result<Ledger> Ledger::open(const Plan& plan, const std::string& store, CampaignWatcher& watcher) {
  auto journal = Journal::open(journal_of(plan.home));
  if (!journal) return propagate(journal.error());
  Ledger ledger(plan, std::move(*journal), watcher);
  for (const auto& run : ledger.state_.runs) ledger.ended_.insert(name_of(run.place));
  if (const auto made = ledger.folder_.make(); !made) return propagate(made.error());
  if (const auto agreed = ledger.agree(store); !agreed) return propagate(agreed.error());
  // We may have been killed between a task's end in the journal and the rest.
  const auto runs = ledger.state_.runs;
  std::error_code ignored;
  for (const auto& run : runs)
    if (fs::exists(ledger.folder_.store_of(run.place), ignored))
      if (const auto finished = ledger.finish(run); !finished) return propagate(finished.error());
  return ledger;
}

Status Ledger::agree(const std::string& wanted) {
  const auto store = absolute_store(wanted);
  if (!store) return propagate(store.error());
  if (const auto ok = store::check_url(*store); !ok) return ok;
  store_ = *store;
  if (state_.begun && wanted.empty() && !state_.begun->store.empty()) store_ = state_.begun->store;
  if (state_.begun && state_.begun->store != store_)
    return fail_field("store", "this campaign's runs are in {}", state_.begun->store);
  if (state_.begun && state_.begun->name != plan_->name)
    return fail(ErrorKind::invalid, plan_->at(plan_->lines.name),
                "name: the journal {} is of the campaign \"{}\", not of \"{}\"",
                journal_of(plan_->home).string(), state_.begun->name, plan_->name);
  if (!state_.begun)
    if (const auto begun = begin(); !begun) return begun;
  const auto facts = facts_of(*plan_);
  const auto changed = changed_facts(state_.facts, facts);
  if (changed.empty()) return {};
  if (!state_.facts.empty())
    watcher_->says(fmt::format("the plan has changed since its last run: {}", fmt::join(changed, ", ")));
  return record(PlanUsed{system_clock().wall(), facts});
}

/// A journal that is new, or was lost while the store has the campaign's runs.
Status Ledger::begin() {
  std::vector<RunEnded> found;
  if (const auto store = session::open_store(store_, store::Access::look)) {
    auto runs = runs_in_store(**store, *plan_);
    if (!runs) return propagate(runs.error());
    found = std::move(*runs);
  }
  if (const auto ok = record(CampaignBegun{plan_->name, store_, system_clock().wall()}); !ok) return ok;
  for (const auto& run : found)
    if (const auto ok = record(run); !ok) return ok;
  return {};
}

bool Ledger::has(const RunPlace& place) const {
  return ended_.contains(name_of(place));
}

Status Ledger::record(const Record& one) {
  if (const auto written = journal_.append(one); !written) return written;
  add(state_, one);
  if (const auto* run = std::get_if<RunEnded>(&one)) ended_.insert(name_of(run->place));
  return {};
}

Status Ledger::write_down(RunEnded run) {
  Position position;
  position.ended = state_.runs.size();
  position.left = most_runs_left(*plan_, standing());
  if (const auto written = record(run); !written) return written;
  const auto cell = std::ranges::find(plan_->cells, run.place.cell, &Cell::id);
  if (cell == plan_->cells.end()) return {};
  const auto setup = set_up(*plan_, *cell, run.place);
  watcher_->run_begins(setup, position);
  watcher_->run_ended(setup, run);
  return {};
}

/// What the last run of the task's store tells, for a task that wrote no result.
Status Ledger::fill_from_store(RunEnded& record) const {
  const auto rows = rows_of(folder_.store_of(record.place));
  if (!rows) return propagate(rows.error());
  if (rows->empty()) return {};
  record = ended_from(rows->back(), record);
  return {};
}

/// The rest of what a task has left, once its end is in the journal: its runs go into the campaign's store,
/// and those that the scheduler cut off before were spent as well. May be done twice.
Status Ledger::finish(const RunEnded& run) {
  const auto file = folder_.store_of(run.place);
  const auto rows = rows_of(file);
  if (!rows) return propagate(rows.error());
  if (!rows->empty()) {
    const auto from = session::open_store(file.string(), store::Access::read);
    if (!from) return propagate(from.error());
    const auto to = session::open_store(store_, store::Access::write);
    if (!to) return propagate(to.error());
    for (const auto& row : *rows) {
      if (const auto copied = copy_run(**from, **to, row.id); !copied) return copied;
      const bool counts = row.id == run.run_id;
      const auto outcome = counts ? run.outcome : Outcome::interrupted;
      if (outcome != Outcome::finished)
        if (const auto tagged = (*to)->tag(row.id, {{outcome_tag, std::string(name_of(outcome))}}); !tagged)
          return tagged;
      const auto is_this = [&](const RunEnded& known) { return known.run_id == row.id; };
      if (counts || std::ranges::any_of(state_.runs, is_this)) continue;
      auto other = ended_from(row, run);
      other.outcome = outcome;
      other.reason = "the scheduler started it again";
      other.metrics.clear();
      if (const auto written = write_down(std::move(other)); !written) return written;
    }
  }
  remove_store(file);
  return {};
}

Status Ledger::take_in(RunEnded run) {
  if (run.run_id.empty())
    if (const auto filled = fill_from_store(run); !filled) return filled;
  if (const auto written = write_down(run); !written) return written;
  return finish(run);
}

Result<std::size_t> Ledger::take_in_results() {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder_.results(), error), end; !error && entry != end;
       entry.increment(error))
    if (entry->path().extension() == ".json" && !ended_.contains(entry->path().stem().string()))
      files.push_back(entry->path());
  std::ranges::sort(files);
  std::size_t taken = 0;
  for (const auto& file : files) {
    const auto text = read_file(file);
    if (!text) return propagate(text.error());
    const auto parsed = parse_record(trim(*text), file.string());
    if (!parsed) return propagate(parsed.error());
    const auto* run = std::get_if<RunEnded>(&*parsed);
    if (run == nullptr) return fail(ErrorKind::malformed, file.string(), "tells of no run's end");
    if (const auto ok = take_in(*run); !ok) return propagate(ok.error());
    ++taken;
  }
  return taken;
}

Result<std::size_t> collect_results(const Plan& plan, const std::string& store, CampaignWatcher& watcher) {
  std::error_code ignored;
  if (!fs::exists(TaskFolder(plan.home).results(), ignored)) return std::size_t{0};
  auto ledger = Ledger::open(plan, store, watcher);
  if (!ledger) return propagate(ledger.error());
  return ledger->take_in_results();
}

Status Ledger::take_in_failure(const RunPlace& place, Outcome outcome, const std::string& reason) {
  RunEnded run;
  run.place = place;
  if (const auto cell = std::ranges::find(plan_->cells, place.cell, &Cell::id); cell != plan_->cells.end())
    run.levels = cell->levels;
  run.began = run.ended = system_clock().wall();
  run.outcome = outcome;
  run.reason = reason;
  return take_in(std::move(run));
}

}  // namespace joulecast::lab
