#include "session/runs/joined_store.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "store/segments.hpp"

namespace joulecast::session {
namespace {

using store::RunChoice;
using store::RunQuery;
using store::RunRow;
using store::RunSum;
using store::Segments;

/// Adds a later segment to the row of its training.
void add(RunRow& training, RunRow segment) {
  const double before = training.energy.value_or(Joules{0}).value();
  const double now = segment.energy.value_or(Joules{0}).value();
  const auto unmeasured = [](const RunRow& row) {
    return row.energy ? row.not_measured.value_or(Seconds{0}) : row.duration;
  };
  const auto not_measured = unmeasured(training) + unmeasured(segment);
  if (training.coverage && segment.coverage && before + now > 0)
    training.coverage = (*training.coverage * before + *segment.coverage * now) / (before + now);
  else if (!training.coverage)
    training.coverage = segment.coverage;
  if (segment.energy)
    training.provenance =
        training.energy ? worst(training.provenance, segment.provenance) : segment.provenance;
  if (training.energy || segment.energy) training.energy = Joules{before + now};
  training.not_measured = not_measured > Seconds{0} ? std::optional(not_measured) : std::nullopt;
  training.duration += segment.duration;
  for (auto& name : segment.missing)
    if (std::ranges::find(training.missing, name) == training.missing.end())
      training.missing.push_back(std::move(name));
  training.status = segment.status;
  training.exit_status = segment.exit_status;
  training.command = std::move(segment.command);
  for (auto& [name, value] : segment.tags) training.tags[name] = std::move(value);
  if (training.architecture.empty()) training.architecture = std::move(segment.architecture);
  training.host = std::move(segment.host);
  training.epochs += segment.epochs;
  training.last_heard = segment.last_heard;
  ++training.segments;
}

/// Whether `a` is listed before `b`: unknown figures last, as the store sorts.
bool comes_before(const RunRow& a, const RunRow& b, const RunQuery& query) {
  const auto by = [&](const auto& left, const auto& right) {
    if (!left || !right) return left.has_value() && !right.has_value();
    return query.descending ? *left > *right : *left < *right;
  };
  const auto ended_duration = [](const RunRow& row) {
    return row.status == trace::RunStatus::running ? std::nullopt : std::optional(row.duration);
  };
  const auto ended_energy = [](const RunRow& row) {
    return row.status == trace::RunStatus::running ? std::nullopt : row.energy;
  };
  switch (query.sorting) {
    case store::RunSorting::energy:
      return by(ended_energy(a), ended_energy(b));
    case store::RunSorting::duration:
      return by(ended_duration(a), ended_duration(b));
    case store::RunSorting::name:
      return query.descending ? a.name > b.name : a.name < b.name;
    case store::RunSorting::started:
      break;
  }
  return by(a.started, b.started);
}

class JoinedStore final : public store::RunStore {
 public:
  explicit JoinedStore(std::unique_ptr<RunStore> runs) : runs_(std::move(runs)) {}

  [[nodiscard]] const std::string& location() const override { return runs_->location(); }
  [[nodiscard]] Result<RunChoice> resolve(std::string_view reference) const override;
  [[nodiscard]] Result<std::vector<RunRow>> find(const RunQuery& query) const override;
  [[nodiscard]] Result<std::size_t> count(const RunQuery& query) const override;
  [[nodiscard]] Result<std::vector<RunSum>> sums_by_host(const RunQuery& query) const override {
    return runs_->sums_by_host(query);
  }
  [[nodiscard]] Result<std::vector<RunSum>> sums_by_tag(const std::string& tag,
                                                        const RunQuery& query) const override {
    return runs_->sums_by_tag(tag, query);
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
  [[nodiscard]] Result<RunRow> joined_row(const store::SegmentIds& segments) const;
  [[nodiscard]] Result<std::vector<RunRow>> joined_rows(RunQuery query) const;
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

Result<RunChoice> JoinedStore::resolve(std::string_view reference) const {
  auto choice = runs_->resolve(reference);
  if (!choice) return choice;
  const auto segments = ids_of(choice->id);
  if (!segments) return propagate(segments.error());
  choice->id = segments->ids.front();
  choice->segments = segments->ids.size();
  if (choice->namesakes < 2) return choice;
  RunQuery query;
  query.name = reference;
  const auto trainings = count(query);
  if (!trainings) return propagate(trainings.error());
  choice->namesakes = *trainings;
  return choice;
}

Result<RunRow> JoinedStore::joined_row(const store::SegmentIds& segments) const {
  auto training = runs_->row(segments.ids.front());
  for (std::size_t i = 1; training && i < segments.ids.size(); ++i) {
    auto segment = runs_->row(segments.ids[i]);
    if (!segment) return segment;
    add(*training, std::move(*segment));
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

Result<std::vector<RunRow>> JoinedStore::find(const RunQuery& query) const {
  const auto some = has_segments();
  if (!some) return propagate(some.error());
  if (!*some || query.segments != Segments::each || !query.continues.empty()) return runs_->find(query);
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
  const auto segments = ids_of(reference);
  if (!segments) return propagate(segments.error());
  auto row = joined_row(*segments);
  if (row && row->segments > 1)
    if (const auto run = summary(row->id)) row->epochs = static_cast<int>(run->epochs.size());
  return row;
}

Result<trace::Run> JoinedStore::read(std::string_view reference, store::Reading reading) const {
  const auto segments = ids_of(reference);
  if (!segments) return propagate(segments.error());
  return store::read_joined(*runs_, *segments, reading);
}

Result<std::optional<WallTime>> JoinedStore::last_heard(std::string_view reference) const {
  const auto segments = ids_of(reference);
  if (!segments) return propagate(segments.error());
  return runs_->last_heard(segments->ids.back());
}

/// From the last one on, so that what is left after a failure is a training still.
template <class Action>
Status JoinedStore::for_each_segment(std::string_view reference, Action action) const {
  const auto segments = ids_of(reference);
  if (!segments) return propagate(segments.error());
  for (auto id = segments->ids.rbegin(); id != segments->ids.rend(); ++id)
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
