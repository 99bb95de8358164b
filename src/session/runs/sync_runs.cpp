#include "session/runs/sync_runs.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "session/runs/job_nodes.hpp"
#include "store/journal_run.hpp"
#include "store/node_files.hpp"
#include "store/segments.hpp"

namespace joulecast::session {
namespace {

using store::RunRow;
using store::RunStore;

/// Addresses and paths that mean the same place are the same; others of one place are not recognised.
bool is_same_place(const std::string& one, const std::string& other) {
  std::error_code ignored;
  return one == other || std::filesystem::equivalent(one, other, ignored);
}

Result<std::string> url_of(const std::string& given) {
  return given.empty() ? store::default_url() : Result<std::string>(given);
}

bool has_ended(const RunRow& row) {
  return row.status != trace::RunStatus::running;
}

/// Whether `there` is an earlier state of the same run. A run that was taken for dead may have gone on since.
bool is_behind(const RunRow& there, const RunRow& here) {
  if (!has_ended(there)) return true;
  const bool less = there.duration < here.duration || there.epochs < here.epochs;
  return less && there.status == trace::RunStatus::interrupted;
}

std::map<std::string, std::string> new_tags(const RunRow& here, const RunRow& there) {
  std::map<std::string, std::string> changed;
  for (const auto& [name, value] : here.tags)
    if (const auto known = there.tags.find(name); known == there.tags.end() || known->second != value)
      changed.emplace(name, value);
  return changed;
}

class Sync {
 public:
  /// `to` is nullptr where there is no store yet, and only what would be done is asked for.
  Sync(RunStore& from, RunStore* to, bool dry_run) : from_(from), to_(to), dry_run_(dry_run) {}

  SyncedRun run(const RunRow& here) {
    SyncedRun synced{here.id, here.name};
    if (!has_ended(here)) {
      synced.action = SyncAction::running;
      return synced;
    }
    const auto there = find(here.id);
    if (!there) return failed(std::move(synced), there.error());
    synced.action = action_for(here, *there);
    if (dry_run_) return synced;
    if (auto done = act(synced.action, here, *there); !done) return failed(std::move(synced), done.error());
    return synced;
  }

 private:
  static SyncedRun failed(SyncedRun run, const Error& error) {
    run.action = SyncAction::failed;
    run.error = error;
    return run;
  }

  /// The run of exactly this id.
  Result<std::optional<RunRow>> find(const std::string& id) const {
    if (to_ == nullptr) return std::nullopt;
    auto row = to_->row(id);
    if (row && row->id == id) return std::optional(std::move(*row));
    if (!row && row.error().kind != ErrorKind::invalid) return propagate(row.error());
    return std::nullopt;
  }

  static SyncAction action_for(const RunRow& here, const std::optional<RunRow>& there) {
    if (!there) return SyncAction::copied;
    if (is_behind(*there, here)) return SyncAction::replaced;
    const bool renamed = here.name != there->name && !here.name.empty();
    return renamed || !new_tags(here, *there).empty() ? SyncAction::updated : SyncAction::unchanged;
  }

  Status act(SyncAction action, const RunRow& here, const std::optional<RunRow>& there) {
    if (action == SyncAction::unchanged) return {};
    if (action == SyncAction::updated) return update(here, *there);
    const auto run = from_.load(here.id);
    if (!run) return propagate(run.error());
    if (action == SyncAction::replaced)
      if (auto removed = to_->remove(here.id, /*even_if_running=*/true); !removed) return removed;
    const auto stored = to_->import_run(*run);
    return stored ? Status() : propagate(stored.error());
  }

  Status update(const RunRow& here, const RunRow& there) {
    if (const auto tags = new_tags(here, there); !tags.empty())
      if (auto tagged = to_->tag(here.id, tags); !tagged) return tagged;
    return here.name == there.name || here.name.empty() ? Status() : to_->rename(here.id, here.name);
  }

  RunStore& from_;
  RunStore* to_;
  bool dry_run_;
};

/// The ids of all runs that the training of this one consists of: its segments, on all its nodes.
Result<std::vector<std::string>> ids_of_training(const RunStore& from, const std::string& id) {
  auto segments = store::segments_of(from, id);
  if (!segments) return propagate(segments.error());
  const auto nodes = nodes_of(from, std::move(*segments));
  if (!nodes) return propagate(nodes.error());
  std::vector<std::string> ids;
  for (const auto& node : nodes->nodes) ids.insert(ids.end(), node.ids.begin(), node.ids.end());
  return ids;
}

/// The runs to be copied, the oldest first.
Result<std::vector<RunRow>> chosen_runs(const RunStore& from, const std::vector<std::string>& references) {
  if (references.empty()) {
    store::RunQuery all;
    all.descending = false;
    return from.find(all);
  }
  std::vector<RunRow> rows;
  std::set<std::string> taken;
  for (const auto& reference : references) {
    const auto choice = from.resolve(reference);
    if (!choice) return propagate(choice.error());
    const auto ids = ids_of_training(from, choice->id);
    if (!ids) return propagate(ids.error());
    for (const auto& id : *ids) {
      auto row = from.row(id);
      if (!row) return propagate(row.error());
      if (taken.insert(row->id).second) rows.push_back(std::move(*row));
    }
  }
  return rows;
}

/// Each run as it was recorded: the segments and nodes of a training stay runs of their own, as their jobs,
/// links and those that come later need it.
Result<std::unique_ptr<RunStore>> open_runs(const std::string& url, store::Access access) {
  return store::open_with_node_files(url, access);
}

/// Stores the one run of a journal that its server does not take. The journal stays.
Result<Synced> store_journal(const SyncRequest& request) {
  const auto run = store::run_in_journal(request.from);
  if (!run) return propagate(run.error());
  const auto to_url = url_of(request.to);
  if (!to_url) return propagate(to_url.error());
  Synced synced{request.from,
                store::shown_url(*to_url),
                request.dry_run,
                {{.id = run->info.id, .name = run->info.name}},
                0};
  auto& action = synced.runs.front().action;
  action = SyncAction::copied;
  const auto to = open_runs(*to_url, request.dry_run ? store::Access::look : store::Access::write);
  if (!to && (!request.dry_run || to.error().kind != ErrorKind::unavailable)) return propagate(to.error());
  const auto there = to ? (*to)->row(run->info.id) : propagate(to.error());
  if (there && there->id == run->info.id)
    action = SyncAction::unchanged;
  else if (!request.dry_run)
    if (const auto stored = (*to)->import_run(*run); !stored) return propagate(stored.error());
  return synced;
}

}  // namespace

std::string_view name_of(SyncAction action) {
  constexpr std::string_view names[] = {"copied", "replaced", "updated", "unchanged", "running", "failed"};
  return names[static_cast<std::size_t>(action)];
}

Result<Synced> sync_runs(const SyncRequest& request) {
  if (store::is_journal(request.from)) return store_journal(request);
  if (request.from.empty() && request.to.empty())
    return fail_field("to", "name the store to copy to, or the one to copy --from; the other is your own");
  const auto from_url = url_of(request.from), to_url = url_of(request.to);
  for (const auto* url : {&from_url, &to_url})
    if (!*url) return propagate(url->error());
  if (is_same_place(*from_url, *to_url)) return fail_field("to", "is the store that is copied from");
  const auto from = open_runs(*from_url, store::Access::read);
  if (!from) return propagate(from.error());
  auto to = open_runs(*to_url, request.dry_run ? store::Access::look : store::Access::write);
  const bool is_new = !to && request.dry_run && to.error().kind == ErrorKind::unavailable;
  if (!to && !is_new) return propagate(to.error());
  const auto rows = chosen_runs(**from, request.runs);
  if (!rows) return propagate(rows.error());
  Synced synced{store::shown_url(*from_url), store::shown_url(*to_url), request.dry_run, {}, 0};
  Sync sync(**from, is_new ? nullptr : to->get(), request.dry_run);
  for (const auto& row : *rows) synced.runs.push_back(sync.run(row));
  synced.waiting = store::waiting_runs(*to_url);
  return synced;
}

}  // namespace joulecast::session
