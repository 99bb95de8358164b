#include "lab/tasks/ledger.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/text.hpp"
#include "lab/campaign/record_format.hpp"
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

}  // namespace

Result<Ledger> Ledger::open(const Plan& plan, const std::string& store, CampaignWatcher& watcher) {
  auto journal = Journal::open(journal_of(plan.home));
  if (!journal) return propagate(journal.error());
  Ledger ledger(plan, std::move(*journal), watcher);
  for (const auto& run : ledger.state_.runs) ledger.ended_.insert(name_of(run.place));
  if (const auto made = ledger.folder_.make(); !made) return propagate(made.error());
  if (const auto agreed = ledger.agree(store); !agreed) return propagate(agreed.error());
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
    return fail(ErrorKind::invalid, plan_->file,
                "name: the journal {} is of the campaign \"{}\", not of \"{}\"",
                journal_of(plan_->home).string(), state_.begun->name, plan_->name);
  if (!state_.begun)
    if (const auto ok = record(CampaignBegun{plan_->name, store_, system_clock().wall()}); !ok) return ok;
  const auto facts = facts_of(*plan_);
  const auto changed = changed_facts(state_.facts, facts);
  if (changed.empty()) return {};
  if (!state_.facts.empty())
    watcher_->says(fmt::format("the plan has changed since its last run: {}", fmt::join(changed, ", ")));
  return record(PlanUsed{system_clock().wall(), facts});
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

/// Brings the task's runs into the campaign's store. The one that counts gives a record without a figure its
/// own; what the scheduler had cut off before was spent as well.
Status Ledger::move_runs(RunEnded& record) {
  const auto file = folder_.store_of(record.place);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return {};
  const auto from = session::open_store(file.string(), store::Access::write);
  if (!from) return propagate(from.error());
  // A run that was killed on another machine looks alive for a while; the scheduler knows better.
  if (const auto closed = (*from)->recover(/*even_if_silent=*/true); !closed)
    return propagate(closed.error());
  const auto to = session::open_store(store_, store::Access::write);
  if (!to) return propagate(to.error());
  store::RunQuery query;
  query.descending = false;
  const auto rows = (*from)->find(query);
  if (!rows) return propagate(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const auto& row = (*rows)[i];
    if (const auto copied = copy_run(**from, **to, row.id); !copied) return copied;
    if (row.id == record.run_id) continue;
    auto other = record;
    other.run_id = row.id;
    other.began = row.started.value_or(record.began);
    other.duration = row.duration;
    other.ended = WallTime{other.began.ns + static_cast<std::int64_t>(row.duration.value() * 1e9)};
    other.energy = row.energy;
    other.provenance = row.provenance;
    other.exit_status = row.exit_status;
    if (record.run_id.empty() && i + 1 == rows->size()) {
      record = std::move(other);
      continue;
    }
    other.outcome = Outcome::interrupted;
    other.reason = "the scheduler started it again";
    other.metrics.clear();
    if (row.status != trace::RunStatus::finished)
      (void)(*to)->tag(row.id, {{outcome_tag, std::string(name_of(other.outcome))}});
    if (const auto written = write_down(std::move(other)); !written) return written;
  }
  return {};
}

Status Ledger::take_in(RunEnded run) {
  if (const auto moved = move_runs(run); !moved) return moved;
  const auto file = folder_.store_of(run.place);
  if (run.outcome != Outcome::finished && !run.run_id.empty())
    if (const auto to = session::open_store(store_, store::Access::write); to)
      (void)(*to)->tag(run.run_id, {{outcome_tag, std::string(name_of(run.outcome))}});
  if (const auto written = write_down(std::move(run)); !written) return written;
  remove_store(file);
  return {};
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
