#include "measure/continuation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "base/files.hpp"
#include "base/printable.hpp"
#include "base/text.hpp"
#include "estimate/online/replay.hpp"
#include "store/segments.hpp"
#include "trace/energy.hpp"

namespace joulecast::measure {
namespace fs = std::filesystem;
namespace {

/// A run that may be gone on with, and whether its process is known to be over.
struct Candidate {
  std::string id;
  bool is_over = false;
};

/// A job that was requeued and a launch that began again have ended what ran before under the same key.
bool is_earlier_start(const trace::Job& before, const trace::Job& now) {
  const auto key = key_of(now);
  return !key.empty() && key_of(before) == key && before.restarts.value_or(0) < now.restarts.value_or(0) &&
         (!before.node_rank || !now.node_rank || before.node_rank == now.node_rank);
}

/// The latest run that an earlier start of this job, or launch, left unfinished. A batch script may measure
/// several commands one after the other: each goes on with its own.
std::optional<Candidate> restarted(const store::RunStore& store, const trace::Run& header) {
  const auto& job = header.info.job;
  if (job.restarts.value_or(0) == 0 || key_of(job).empty()) return std::nullopt;
  store::RunQuery query;
  query.job_key = key_of(job);
  const auto rows = store.find(query);
  if (!rows) return std::nullopt;
  for (const auto& row : *rows)
    if (is_earlier_start(row.job, job) && row.command == header.command &&
        row.status != trace::RunStatus::finished)
      return Candidate{row.id, /*is_over=*/true};
  return std::nullopt;
}

/// What the mark beside the checkpoints says; "" if there is none.
std::string marked_run(const fs::path& folder) {
  constexpr std::size_t longest_id = 200;
  const auto text = read_file(folder / checkpoint_mark);
  if (!text) return {};
  const auto line = trim(std::string_view(*text).substr(0, text->find('\n')));
  return line.size() <= longest_id ? std::string(line) : std::string();
}

/// Without the last phase's work there is nothing that a forecast could go on with.
std::vector<estimate::Movement> movements_of(trace::Run run) {
  const auto last = run.phases.size() - 1;
  std::erase_if(run.epochs, [&](const auto& epoch) { return epoch.phase != last; });
  std::erase_if(run.progress, [&](const auto& point) { return point.phase != last; });
  const auto& phase = run.phases.back();
  const auto total = phase.total_work.value_or(phase.work);
  auto replay = estimate::replay_of(run, {.total_work = total});
  return replay ? std::move(replay->movements) : std::vector<estimate::Movement>();
}

Earlier earlier_of(const store::SegmentIds& segments, trace::Run run) {
  Earlier earlier;
  earlier.run = segments.ids.back();
  earlier.training = segments.ids.front();
  earlier.name = run.info.name;
  earlier.tags = run.tags;
  earlier.segments = segments.ids.size();
  earlier.duration = run.span.length();
  earlier.energy = trace::energy_of(run).total;
  if (run.phases.empty()) return earlier;
  earlier.phase = run.phases.back();
  const auto first = std::ranges::find(run.epochs, run.phases.size() - 1, &trace::Epoch::phase);
  const bool from_start = earlier.phase->done_before.value_or(0) == 0;
  if (first != run.epochs.end() && from_start && first->index <= 1) earlier.first_epoch = first->index;
  earlier.movements = movements_of(std::move(run));
  return earlier;
}

/// Whether each node of the job is measured as a run of its own.
bool is_of_several_nodes(const trace::Job& job) {
  return job.node_count.value_or(1) > 1 && !key_of(job).empty();
}

/// Of two jobs, by the node's place in its job: that is another one for each node, while the machines may
/// have changed places. The only node of a job has the first.
bool is_same_node(const trace::Job& a, const trace::Job& b) {
  const auto place = [](const trace::Job& job) {
    return is_of_several_nodes(job) ? job.node_rank : std::optional(0);
  };
  return place(a) && place(b) ? place(a) == place(b) : !a.node.empty() && a.node == b.node;
}

/// The run of the earlier job's node that has this node's place, for a training of which `ids` are the
/// segments of any node. Nothing if that node has none.
Result<std::optional<std::string>> run_of_own_node(const store::RunStore& store,
                                                   const std::vector<std::string>& ids,
                                                   const trace::Job& job) {
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    const auto segment = store.row(*id);
    if (!segment) return propagate(segment.error());
    if (!is_of_several_nodes(segment->job)) {  // there was one node, and the first one goes on with it
      if (job.node_rank.value_or(0) == 0) return std::optional(segment->id);
      continue;
    }
    store::RunQuery query;
    query.job_key = key_of(segment->job);
    const auto rows = store.find(query);
    if (!rows) return propagate(rows.error());
    for (const auto& row : *rows)
      if (is_same_node(row.job, job) && (row.name == segment->name || row.command == segment->command))
        return std::optional(row.id);
  }
  return std::optional<std::string>{};
}

/// Whether the training has other nodes' runs beside these.
Result<bool> were_on_several_nodes(const store::RunStore& store, const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    const auto segment = store.row(id);
    if (!segment) return propagate(segment.error());
    if (is_of_several_nodes(segment->job)) return true;
  }
  return false;
}

/// Goes on with the training that the candidate belongs to, unless it still runs.
void take(const store::RunStore& store, const Candidate& candidate, const trace::Run& header,
          Continuation& found) {
  const auto give_up = [&](const Error& error) {
    found.told.push_back("the earlier run cannot be read, so this one stands alone: " + to_string(error));
  };
  auto segments = store::segments_of(store, candidate.id);
  if (!segments) return give_up(segments.error());
  const auto several =
      is_of_several_nodes(header.info.job) ? Result<bool>(true) : were_on_several_nodes(store, segments->ids);
  if (!several) return give_up(several.error());
  if (*several) {
    const auto own = run_of_own_node(store, segments->ids, header.info.job);
    if (!own) return give_up(own.error());
    if (*own) {
      segments = store::segments_of(store, **own);
      if (!segments) return give_up(segments.error());
    } else if (is_of_several_nodes(header.info.job)) {
      if (const auto first = store.row(segments->ids.front())) found.name = first->name;
      found.told.push_back(
          fmt::format("{} has no run of this node to go on with: this one begins beside it", candidate.id));
      return;
    }
  }
  const auto row = store.row(segments->ids.back());
  if (!row) return give_up(row.error());
  const bool is_over = candidate.is_over || is_earlier_start(row->job, header.info.job);
  if (row->status == trace::RunStatus::running && row->last_heard)
    found.told.push_back(
        fmt::format("goes on with {}, last heard of at {}: whether {} still runs it is not known", row->id,
                    to_iso8601(*row->last_heard), printable(row->host)));
  else if (row->status == trace::RunStatus::running && !is_over) {
    found.told.push_back(fmt::format("{} still runs{}: this is a run of its own", row->id,
                                     row->host.empty() ? "" : " on " + printable(row->host)));
    return;
  }
  auto run = store::read_joined(store, *segments, store::Reading::summary);
  if (!run) return give_up(run.error());
  found.earlier = earlier_of(*segments, std::move(*run));
}

/// Whether the reference is meant for this run, which it led to. What a training is called may by chance
/// begin as an id does, or end one: a seed, a year, a day.
bool is_meant(const store::RunRow& row, std::string_view reference) {
  constexpr std::size_t shortest_beginning = std::string_view("20260201-1").size();
  if (row.id == reference || row.name == reference) return true;
  if (row.id.starts_with(reference)) return reference.size() >= shortest_beginning;
  return !row.id.ends_with(reference);  // else it is the name of another rank
}

/// The run that the user names. A training that has not begun yet begins with this one.
void take_named(const store::RunStore& store, const ContinueOptions& options, const trace::Run& header,
                Continuation& found) {
  const auto& reference = options.run;
  const auto choice = store.resolve(reference);
  const auto row = choice ? store.row(choice->id) : propagate(choice.error());
  if (row && is_meant(*row, reference))
    return take(store, {choice->id, options.is_left_to_us}, header, found);
  if (!row && row.error().kind != ErrorKind::invalid) {
    found.told.push_back("the earlier run cannot be found, so this one stands alone: " +
                         to_string(row.error()));
    return;
  }
  found.name = reference;
  found.told.push_back(
      fmt::format("there is no run '{}' to go on with: this one begins it", printable(reference)));
}

void take_marked(const store::RunStore& store, const fs::path& folder, const trace::Run& header,
                 Continuation& found) {
  const auto id = marked_run(folder);
  if (id.empty()) return;
  const auto row = store.row(id);
  if (row && row->id == id) return take(store, {id}, header, found);
  found.told.push_back(fmt::format("the run {}, which {} names, is not in this store: this one begins anew",
                                   printable(id), (folder / checkpoint_mark).string()));
}

}  // namespace

bool may_go_on(const ContinueOptions& options, const trace::Run& header) {
  return !options.run.empty() || !options.checkpoints.empty() ||
         (options.by_itself && header.info.job.restarts.value_or(0) > 0);
}

Continuation find_continuation(const store::RunStore& store, const ContinueOptions& options,
                               const trace::Run& header) {
  Continuation found;
  if (!options.run.empty())
    take_named(store, options, header, found);
  else if (!options.checkpoints.empty())
    take_marked(store, options.checkpoints, header, found);
  const bool named = !options.run.empty() || !options.checkpoints.empty();
  if (named && (found.earlier || !found.told.empty())) return found;
  if (!options.by_itself) return found;
  if (const auto candidate = restarted(store, header)) take(store, *candidate, header, found);
  return found;
}

bool is_alone_in_going_on(const store::RunStore& store, const std::string& id, const std::string& earlier) {
  constexpr int looks = 30;
  constexpr auto between_looks = std::chrono::milliseconds(10);
  store::RunQuery query;
  query.continues = earlier;
  query.descending = false;
  bool saw_another = false;
  for (int look = 0; look < looks; ++look) {
    const auto rows = store.find(query);
    if (!rows) return true;  // nothing speaks against it
    if (!rows->empty() && rows->front().id != id) return false;
    if (rows->size() == 1) return true;
    if (rows->size() > 1) saw_another = true;
    // Either this run is not stored yet, which its own thread does, or others are there, too.
    // The others give way as soon as they see this one, unless they looked before it was there.
    std::this_thread::sleep_for(between_looks);
  }
  return !saw_another;
}

trace::Run continued(trace::Run header, const Continuation& continuation) {
  if (!continuation.name.empty()) header.info.name = continuation.name;
  if (!continuation.earlier) return header;
  header.info.name = continuation.earlier->name;
  header.info.continues = continuation.earlier->run;
  header.tags.insert(continuation.earlier->tags.begin(), continuation.earlier->tags.end());
  return header;
}

Result<bool> mark_checkpoints(const fs::path& folder, const std::string& training) {
  if (marked_run(folder) == training) return true;
  std::error_code error;
  bool has_checkpoints = false;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().filename() != checkpoint_mark) has_checkpoints = true;
  if (error == std::errc::no_such_file_or_directory || (!error && !has_checkpoints)) return false;
  if (error)
    return fail(ErrorKind::denied, folder.string(), "the run cannot be named beside the checkpoints: {}",
                error.message());
  const auto mark = folder / checkpoint_mark;
  const auto fresh = folder / fmt::format(".{}-{}", checkpoint_mark, training);
  if (auto written = write_file(fresh, training + "\n"); !written) return propagate(written.error());
  fs::rename(fresh, mark, error);
  if (!error) return true;
  std::error_code ignored;
  fs::remove(fresh, ignored);
  return fail(ErrorKind::denied, mark.string(), "the run cannot be named beside the checkpoints: {}",
              error.message());
}

}  // namespace joulecast::measure
