#include "store/sql/run_import.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "base/secrets.hpp"
#include "store/block.hpp"
#include "store/closing.hpp"
#include "store/documents.hpp"
#include "store/run_id.hpp"
#include "store/sql/closing.hpp"
#include "store/sql/records.hpp"
#include "store/sql/samples.hpp"
#include "trace/content_mark.hpp"
#include "trace/energy.hpp"

namespace joulecast::store::sql {

/// The run that is being stored.
struct SqlImport::Open {
  explicit Open(Database& database) : transaction(database) {}
  Transaction transaction;
  std::int64_t key = 0;
  std::vector<trace::Channel> channels;
  std::vector<Column> columns;  ///< readings that do not fill a chunk yet
  std::vector<std::int64_t> last_times;
  ProgressLog progress;
  std::vector<std::string> told_notes;
};

namespace {

/// Bundles of an earlier joulecast may hold secrets in their command lines.
trace::Run shareable(const trace::Run& header) {
  auto run = header;
  run.command = without_secrets(std::move(run.command));
  return run;
}

Result<bool> is_taken(Database& database, const std::string& id) {
  auto row = database.query("SELECT 1 FROM @run WHERE id = ?", id);
  const bool taken = row.row();
  if (auto status = row.status(); !status) return propagate(status.error());
  return taken;
}

/// What marks the content that a run was imported from; "" if nothing does.
std::string content_of(const std::string& extra_json) {
  const auto json = nlohmann::json::parse(extra_json, nullptr, /*allow_exceptions=*/false);
  const auto mark = json.is_object() ? json.find(trace::content_key) : json.end();
  return mark != json.end() && mark->is_string() ? mark->get<std::string>() : "";
}

/// Whether the store has a run of this id that was imported from other content.
Result<bool> is_of_other_content(Database& database, const std::string& id, const std::string& content) {
  auto row = database.query("SELECT info FROM @run WHERE id = ?", id);
  const bool there = row.row();
  if (auto status = row.status(); !status) return propagate(status.error());
  if (!there || content.empty()) return false;
  trace::RunInfo info;
  from_document(row.text(0), info);
  const auto known = content_of(info.extra_json);
  return !known.empty() && known != content;
}

}  // namespace

SqlImport::SqlImport(Database& database, const Clock& clock) : database_(database), clock_(clock) {}
SqlImport::~SqlImport() = default;

Status SqlImport::status() const {
  if (!status_ || !open_) return status_;
  return open_->transaction.status();
}

void SqlImport::begin(const trace::Run& header) {
  kept_.push_back({header.info.id});
  if (!status_) return;
  open_ = std::make_unique<Open>(database_);
  auto run = shareable(header);
  const auto now = clock_.wall();
  if (!is_usable_run_id(run.info.id))
    run.info.id = make_run_id(run.started.value_or(now), std::random_device{}());
  const auto content = content_of(run.info.extra_json);
  const auto other = is_of_other_content(database_, run.info.id, content);
  if (!other) return open_->transaction.require(propagate(other.error()));
  if (*other) run.info.id += "-" + content.substr(0, 8);
  run.status = closed(run.status);
  kept_.back().id = run.info.id;
  if (!open_->transaction.ok()) return;
  const auto taken = is_taken(database_, run.info.id);
  if (!taken) return open_->transaction.require(propagate(taken.error()));
  if (*taken) {
    kept_.back().already_there = true;
    open_.reset();
    return;
  }
  open_->key = insert_run(open_->transaction, run, Owner{}, now);
}

void SqlImport::channel(const trace::Channel& channel) {
  if (!open_) return;
  const auto number = open_->channels.size();
  put_channel(open_->transaction, open_->key, number, channel);
  open_->channels.push_back(channel);
  open_->columns.push_back({static_cast<int>(number)});
  open_->last_times.push_back(std::numeric_limits<std::int64_t>::min());
}

void SqlImport::append(std::size_t channel, std::span<const double> times, std::span<const double> values) {
  if (!open_) return;
  auto& column = open_->columns[channel];
  // Flushes before adding, not after, so that channels that were read together keep the same times and share
  // them.
  if (column.times.size() + times.size() > chunk_length) flush();
  auto& last = open_->last_times[channel];
  for (const double time : times) {
    // Readings less than a microsecond apart are moved apart, so that times rise strictly.
    const auto rounded = to_microseconds(time);
    last = last == std::numeric_limits<std::int64_t>::min() ? rounded : std::max(rounded, last + 1);
    column.times.push_back(last);
  }
  column.values.insert(column.values.end(), values.begin(), values.end());
}

void SqlImport::flush() {
  write_chunks(open_->transaction, open_->key, open_->columns, open_->channels);
  for (auto& column : open_->columns) {
    column.times.clear();
    column.values.clear();
  }
}

void SqlImport::gap(std::size_t channel, trace::Span span) {
  if (open_) put_gap(open_->transaction, open_->key, static_cast<int>(channel), span);
}

void SqlImport::epoch(std::size_t place, const trace::Epoch& epoch) {
  if (!open_) return;
  put_epoch(open_->transaction, open_->key, place, epoch);
  open_->progress.epoch_ended(epoch.span.end);
}

void SqlImport::phase(std::size_t place, const trace::Phase& phase) {
  if (open_) put_phase(open_->transaction, open_->key, place, phase);
}

void SqlImport::progress(const trace::ProgressPoint& point) {
  if (open_) open_->progress.add(point);
}

void SqlImport::window(std::size_t place, const trace::Window& window) {
  if (open_) put_window(open_->transaction, open_->key, place, window);
}

void SqlImport::metric(const trace::MetricPoint& point) {
  if (open_) put_metric(open_->transaction, open_->key, point);
}

void SqlImport::projection(const trace::Projection& projection) {
  if (open_) put_projection(open_->transaction, open_->key, projection);
}

void SqlImport::note(const std::string& text) {
  if (open_) open_->told_notes.push_back(text);
}

void SqlImport::describe(const trace::Run& header) {
  if (open_) put_description(open_->transaction, open_->key, shareable(header));
}

Status SqlImport::close(Open& open, const trace::Run& header) {
  auto& transaction = open.transaction;
  auto run = shareable(trace::header_of(header));
  run.status = closed(run.status);
  ProgressParts progress;
  open.progress.take_changes(progress);
  put_progress(transaction, open.key, progress);
  put_description(transaction, open.key, run);
  put_end(transaction, open.key, run);
  run.notes.insert(run.notes.end(), open.told_notes.begin(), open.told_notes.end());
  put_notes(transaction, open.key, run.notes);
  for (const auto& [name, value] : run.tags) put_tag(transaction, open.key, name, value);
  if (transaction.ok()) {
    const auto summary = read_summary(transaction.database(), open.key);
    if (!summary) return propagate(summary.error());
    put_total(transaction, open.key, trace::energy_of(*summary));
  }
  return transaction.commit();
}

Status SqlImport::end(const trace::Run& header) {
  if (!open_) return status_;
  flush();
  const auto open = std::move(open_);
  status_ = close(*open, header);
  return status_;
}

}  // namespace joulecast::store::sql
