#include "session/runs/joined_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "session/runs/job_nodes.hpp"
#include "session/runs/joined_row.hpp"
#include "store/run_order.hpp"
#include "store/segments.hpp"
#include "trace/join_nodes.hpp"
#include "trace/missing_nodes.hpp"

namespace joulecast::session {
namespace {

using store::RunChoice;
using store::RunQuery;
using store::RunRow;
using store::Segments;

class JoinedStore final : public store::RunStore {
 public:
  explicit JoinedStore(std::unique_ptr<RunStore> runs) : runs_(std::move(runs)) {}

  [[nodiscard]] const std::string& location() const override { return runs_->location(); }
  [[nodiscard]] Result<RunChoice> resolve(std::string_view reference) const override;
  [[nodiscard]] Result<std::vector<RunRow>> find(const RunQuery& query) const override;
  [[nodiscard]] Result<std::size_t> count(const RunQuery& query) const override;
  [[nodiscard]] Result<store::RunSums> sums(const std::vector<std::string>& tags,
                                            const RunQuery& query) const override {
    return runs_->sums(tags, query);
  }
  [[nodiscard]] Status each_job_run(const store::JobQuery& query,
                                    const store::JobRunVisitor& visit) const override {
    return runs_->each_job_run(query, visit);
  }
  [[nodiscard]] Result<RunRow> row(std::string_view reference) const override;
  [[nodiscard]] Result<trace::Run> load(std::string_view reference) const override {
    return read(reference, store::Reading::whole);
  }
  [[nodiscard]] Result<trace::Run> summary(std::string_view reference) const override {
    return read(reference, store::Reading::summary);
  }
  [[nodiscard]] Result<store::SqlTable> query(const store::SqlRequest& request,
                                              std::span<const store::ComputedView> computed) const override {
    return runs_->query(request, computed);
  }
  [[nodiscard]] Result<std::optional<WallTime>> last_heard(std::string_view reference) const override;

  [[nodiscard]] Result<std::unique_ptr<store::RunWriter>> record(const trace::Run& header,
                                                                 store::WriterOptions options) override {
    return runs_->record(header, std::move(options));
  }
  [[nodiscard]] std::unique_ptr<store::RunImport> import() override { return runs_->import(); }
  [[nodiscard]] Status remove(std::string_view reference, bool even_if_running) override;
  [[nodiscard]] Status tag(std::string_view reference,
                           const std::map<std::string, std::string>& tags) override;
  [[nodiscard]] Status rename(std::string_view reference, const std::string& name) override;
  [[nodiscard]] Result<std::vector<std::string>> recover(bool even_if_silent) override {
    return runs_->recover(even_if_silent);
  }
  [[nodiscard]] const std::vector<std::string>& recovered() const override { return runs_->recovered(); }

 private:
  [[nodiscard]] Result<bool> has_segments() const;
  [[nodiscard]] Result<store::SegmentIds> ids_of(std::string_view reference) const;
  [[nodiscard]] Result<JobNodes> nodes_of(std::string_view reference) const;
  [[nodiscard]] Result<RunRow> with_nodes(RunRow training, const std::vector<store::SegmentIds>& nodes,
                                          int missing) const;
  [[nodiscard]] Result<RunRow> row_of_launches(RunRow training, const JobNodes& job) const;
  [[nodiscard]] Result<RunRow> whole_row(RunRow training, const JobNodes& job) const;
  [[nodiscard]] Status fold_nodes(std::vector<RunRow>& rows) const;
  [[nodiscard]] Result<RunRow> joined_row(const store::SegmentIds& segments) const;
  [[nodiscard]] Result<std::vector<RunRow>> joined_rows(RunQuery query) const;
  [[nodiscard]] Result<std::vector<RunRow>> find_trainings(const RunQuery& query) const;
  [[nodiscard]] Result<std::vector<trace::Run>> read_nodes(const std::vector<store::SegmentIds>& nodes,
                                                           store::Reading reading) const;
  [[nodiscard]] Result<trace::Run> read_training(const JobNodes& job, store::Reading reading) const;
  [[nodiscard]] Result<trace::Run> read(std::string_view reference, store::Reading reading) const;
  template <class Action>
  [[nodiscard]] Status for_each_segment(std::string_view reference, Action action) const;

  std::unique_ptr<RunStore> runs_;
};

/// Most stores have none, and need no further question.
Result<bool> JoinedStore::has_segments() const {
  RunQuery query;
  query.segments = Segments::last;
  const auto some = runs_->count(query);
  if (!some) return propagate(some.error());
  return *some > 0;
}

Result<store::SegmentIds> JoinedStore::ids_of(std::string_view reference) const {
  const auto choice = runs_->resolve(reference);
  if (!choice) return propagate(choice.error());
  const auto some = has_segments();
  if (!some) return propagate(some.error());
  if (!*some) return store::SegmentIds{{choice->id}, {}};
  return store::segments_of(*runs_, choice->id);
}

Result<JobNodes> JoinedStore::nodes_of(std::string_view reference) const {
  auto segments = ids_of(reference);
  if (!segments) return propagate(segments.error());
  return session::nodes_of(*runs_, std::move(*segments));
}

Result<RunChoice> JoinedStore::resolve(std::string_view reference) const {
  auto choice = runs_->resolve(reference);
  if (!choice) return choice;
  const auto job = nodes_of(choice->id);
  if (!job) return propagate(job.error());
  choice->id = job->nodes.front().ids.front();
  choice->segments = job->nodes.front().ids.size();
  if (choice->namesakes < 2) return choice;
  RunQuery query;
  query.name = reference;
  const auto trainings = find(query);  // which takes the nodes of one together
  if (!trainings) return propagate(trainings.error());
  choice->namesakes = trainings->size();
  return choice;
}

Result<RunRow> JoinedStore::joined_row(const store::SegmentIds& segments) const {
  auto training = runs_->row(segments.ids.front());
  for (std::size_t i = 1; training && i < segments.ids.size(); ++i) {
    auto segment = runs_->row(segments.ids[i]);
    if (!segment) return segment;
    add_segment(*training, std::move(*segment));
  }
  return training;
}

/// The trainings of several runs whose last run matches.
Result<std::vector<RunRow>> JoinedStore::joined_rows(RunQuery query) const {
  query.segments = Segments::last;
  query.limit.reset();
  query.offset = 0;
  const auto last = runs_->find(query);
  if (!last) return last;
  std::vector<RunRow> rows;
  std::set<std::string> known;  // two runs may have gone on with the same one
  for (const auto& run : *last) {
    const auto segments = store::segments_of(*runs_, run.id);
    if (!segments) return propagate(segments.error());
    if (!known.insert(segments->ids.front()).second) continue;
    auto row = joined_row(*segments);
    if (!row) return propagate(row.error());
    rows.push_back(std::move(*row));
  }
  return rows;
}

/// Adds the rows of the other nodes, and tells how many of them are missing. Of a node that is missing
/// nothing was measured.
Result<RunRow> JoinedStore::with_nodes(RunRow training, const std::vector<store::SegmentIds>& nodes,
                                       int missing) const {
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const auto node = joined_row(nodes[i]);
    if (!node) return node;
    add_node(training, *node);
  }
  const auto known = static_cast<double>(nodes.size());
  if (training.coverage && missing > 0) *training.coverage *= known / (known + missing);
  return training;
}

/// The jobs that the training consists of, one after the other.
Result<RunRow> JoinedStore::row_of_launches(RunRow training, const JobNodes& job) const {
  std::optional<RunRow> whole;
  for (const auto& launch : job.launches) {
    auto row = joined_row(launch.nodes.front());
    if (row) row = with_nodes(std::move(*row), launch.nodes, missing_nodes(launch));
    if (!row) return row;
    if (whole)
      add_segment(*whole, std::move(*row));
    else
      whole = std::move(*row);
  }
  whole->id = std::move(training.id);
  whole->name = std::move(training.name);
  whole->segments = job.launches.size();
  whole->epochs = training.epochs;
  if (training.segments < 2)  // else they are known
    if (const auto run = summary(whole->id)) whole->epochs = static_cast<int>(run->epochs.size());
  return std::move(*whole);
}

/// With all of its jobs and their nodes.
Result<RunRow> JoinedStore::whole_row(RunRow training, const JobNodes& job) const {
  const int expected = training.job.node_count.value_or(1);
  int missing = 0;
  if (job.launches.empty())
    missing = missing_nodes({training.job, job.nodes});
  else
    for (const auto& launch : job.launches) missing += missing_nodes(launch);
  if (missing > 0)  // a bundle may be of several nodes, which only the run itself shows
    if (const auto run = summary(training.id)) missing = trace::missing_nodes(*run);
  auto whole = job.launches.empty() ? with_nodes(std::move(training), job.nodes, missing)
                                    : row_of_launches(std::move(training), job);
  if (!whole) return whole;
  // What a bundle of one node says of the others, which may be here now.
  std::erase_if(whole->missing, [end = fmt::format(" of {}", expected)](const std::string& name) {
    return name.starts_with("node ") && name.ends_with(end);
  });
  if (missing > 0) whole->missing.push_back(missing == 1 ? "1 node" : fmt::format("{} nodes", missing));
  return whole;
}

/// The rows of several nodes of one job become one, at the place of the first node's.
Status JoinedStore::fold_nodes(std::vector<RunRow>& rows) const {
  std::vector<RunRow> folded;
  for (auto& row : rows) {
    if (!is_of_several_nodes(row)) {
      folded.push_back(std::move(row));
      continue;
    }
    const auto job = nodes_of(row.id);
    if (!job) return propagate(job.error());
    if (job->nodes.front().ids.front() != row.id) continue;
    auto training = whole_row(std::move(row), *job);
    if (!training) return propagate(training.error());
    folded.push_back(std::move(*training));
  }
  rows = std::move(folded);
  return {};
}

Result<std::vector<RunRow>> JoinedStore::find(const RunQuery& query) const {
  if (query.segments != Segments::each || !query.continues.empty() || !query.job_key.empty())
    return runs_->find(query);
  auto rows = find_trainings(query);
  if (!rows) return rows;
  if (auto folded = fold_nodes(*rows); !folded) return propagate(folded.error());
  return rows;
}

Result<std::vector<RunRow>> JoinedStore::find_trainings(const RunQuery& query) const {
  const auto some = has_segments();
  if (!some) return propagate(some.error());
  if (!*some) return runs_->find(query);
  auto joined = joined_rows(query);
  if (!joined) return joined;
  auto alone = query;
  alone.segments = Segments::none;
  alone.offset = 0;
  if (query.limit) alone.limit = *query.limit + query.offset;
  auto rows = runs_->find(alone);
  if (!rows) return rows;
  std::ranges::move(*joined, std::back_inserter(*rows));
  std::ranges::stable_sort(*rows,
                           [&](const RunRow& a, const RunRow& b) { return comes_before(a, b, query); });
  const auto skipped = std::min(query.offset, rows->size());
  rows->erase(rows->begin(), rows->begin() + static_cast<std::ptrdiff_t>(skipped));
  if (query.limit && rows->size() > *query.limit) rows->resize(*query.limit);
  for (auto& row : *rows) {
    if (row.segments < 2) continue;
    // Epochs that were done twice count once, which only the runs themselves show.
    if (const auto run = summary(row.id)) row.epochs = static_cast<int>(run->epochs.size());
  }
  return rows;
}

Result<std::size_t> JoinedStore::count(const RunQuery& query) const {
  const auto all = runs_->count(query);
  if (!all || query.segments != Segments::each || !query.continues.empty()) return all;
  const auto some = has_segments();
  if (!some) return propagate(some.error());
  if (!*some) return all;
  auto parts = query;
  parts.segments = Segments::part;
  const auto part = runs_->count(parts);
  if (!part) return part;
  const auto joined = joined_rows(query);
  if (!joined) return propagate(joined.error());
  return *all - *part + joined->size();
}

Result<RunRow> JoinedStore::row(std::string_view reference) const {
  const auto job = nodes_of(reference);
  if (!job) return propagate(job.error());
  auto row = joined_row(job->nodes.front());
  if (!row) return row;
  if (row->segments > 1)
    if (const auto run = summary(row->id)) row->epochs = static_cast<int>(run->epochs.size());
  return is_of_several_nodes(*row) ? whole_row(std::move(*row), *job) : row;
}

/// Of one job, or of one start of it.
Result<std::vector<trace::Run>> JoinedStore::read_nodes(const std::vector<store::SegmentIds>& nodes,
                                                        store::Reading reading) const {
  std::vector<trace::Run> runs;
  for (const auto& segments : nodes) {
    auto run = store::read_joined(*runs_, segments, reading);
    if (!run) return propagate(run.error());
    runs.push_back(std::move(*run));
  }
  return runs;
}

Result<trace::Run> JoinedStore::read_training(const JobNodes& job, store::Reading reading) const {
  if (job.launches.empty()) {
    auto runs = read_nodes(job.nodes, reading);
    if (!runs) return propagate(runs.error());
    return trace::join_nodes(std::move(*runs));
  }
  std::vector<std::vector<trace::Run>> launches;
  for (const auto& launch : job.launches) {
    auto runs = read_nodes(launch.nodes, reading);
    if (!runs) return propagate(runs.error());
    launches.push_back(std::move(*runs));
  }
  auto joined = trace::join_launches(std::move(launches));
  joined.info.id = job.nodes.front().ids.front();
  return joined;
}

Result<trace::Run> JoinedStore::read(std::string_view reference, store::Reading reading) const {
  const auto job = nodes_of(reference);
  if (!job) return propagate(job.error());
  auto read = read_training(*job, reading);
  if (!read) return read;
  auto joined = std::move(*read);
  for (const auto& rival : job->rivals)
    joined.notes.push_back(fmt::format(
        "the run {} claims the same job on the same node at the same time: it is not added", rival));
  return joined;
}

Result<std::optional<WallTime>> JoinedStore::last_heard(std::string_view reference) const {
  const auto segments = ids_of(reference);
  if (!segments) return propagate(segments.error());
  return runs_->last_heard(segments->ids.back());
}

/// Of each node, and from its last one on, so that what is left after a failure is a training still.
template <class Action>
Status JoinedStore::for_each_segment(std::string_view reference, Action action) const {
  const auto job = nodes_of(reference);
  if (!job) return propagate(job.error());
  for (const auto& segments : job->nodes)
    for (auto id = segments.ids.rbegin(); id != segments.ids.rend(); ++id)
      if (auto status = action(*id); !status) return status;
  return {};
}

Status JoinedStore::remove(std::string_view reference, bool even_if_running) {
  return for_each_segment(reference,
                          [&](const std::string& id) { return runs_->remove(id, even_if_running); });
}

Status JoinedStore::tag(std::string_view reference, const std::map<std::string, std::string>& tags) {
  return for_each_segment(reference, [&](const std::string& id) { return runs_->tag(id, tags); });
}

Status JoinedStore::rename(std::string_view reference, const std::string& name) {
  return for_each_segment(reference, [&](const std::string& id) { return runs_->rename(id, name); });
}

}  // namespace

std::unique_ptr<store::RunStore> joined_store(std::unique_ptr<store::RunStore> runs) {
  return std::make_unique<JoinedStore>(std::move(runs));
}

}  // namespace joulecast::session
