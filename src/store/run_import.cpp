#include "store/run_import.hpp"

#include <algorithm>
#include <limits>
#include <random>

#include "store/block.hpp"
#include "store/closing.hpp"
#include "store/documents.hpp"
#include "store/records.hpp"
#include "store/run_id.hpp"
#include "store/samples.hpp"
#include "store/state.hpp"

namespace joulecast::store {

/// The run that is being stored.
struct RunImport::Open {
  explicit Open(Database& database) : transaction(database) {}
  Transaction transaction;
  std::int64_t key = 0;
  std::string id;
  std::vector<trace::Channel> channels;
  std::vector<Column> columns;  ///< what waits to fill a chunk
  std::vector<std::int64_t> last_times;
  std::size_t epochs = 0;
};

namespace {

Result<bool> is_taken(Database& database, const std::string& id) {
  auto row = database.query("SELECT 1 FROM run WHERE id = ?", id);
  const bool taken = row.row();
  if (auto status = row.status(); !status) return propagate(status.error());
  return taken;
}

trace::RunStatus closed(trace::RunStatus status) {
  return status == trace::RunStatus::running ? trace::RunStatus::interrupted : status;
}

void update_run(Transaction& transaction, std::int64_t key, const trace::Run& run) {
  transaction.run(
      "UPDATE run SET name = ?, status = ?, exit_status = ?, started_ns = ?, begin_s = ?, end_s = ?, command "
      "= ?, "
      "info = ?, host = ?, place = ?, notes = ?, idle_baseline_w = ?, sampler_cpu_s = ? WHERE key = ?",
      run.info.name, name_of(closed(run.status)), run.exit_status, run.started, run.span.begin, run.span.end,
      to_document(run.command), to_document(run.info), to_document(run.host), to_document(run.place),
      to_document(run.notes), run.idle_baseline, run.sampler_cpu, key);
}

}  // namespace

RunImport::RunImport(Store& store) : store_(store) {}
RunImport::~RunImport() = default;

Result<bool> RunImport::contains(const std::string& id) {
  return is_taken(store_.state_->database, id);
}

Status RunImport::begin(const trace::Run& header) {
  auto& state = *store_.state_;
  open_ = std::make_unique<Open>(state.database);
  auto run = header;
  const auto now = state.options.clock->wall();
  if (!is_usable_run_id(run.info.id))
    run.info.id = make_run_id(run.started.value_or(now), std::random_device{}());
  run.status = closed(run.status);
  if (open_->transaction.ok()) {
    const auto taken = is_taken(state.database, run.info.id);
    if (!taken) return propagate(taken.error());
    if (*taken) {
      open_.reset();
      return fail(ErrorKind::invalid, state.path.string(),
                  "run {} is already stored; `joulecast rm` removes it", run.info.id);
    }
  }
  insert_run(open_->transaction, run, Owner{}, now);
  open_->key = state.database.last_row_key();
  open_->id = run.info.id;
  if (open_->transaction.ok()) return {};
  auto status = open_->transaction.commit();
  open_.reset();
  return status;
}

void RunImport::channel(const trace::Channel& channel) {
  const auto number = open_->channels.size();
  put_channel(open_->transaction, open_->key, number, channel);
  open_->channels.push_back(channel);
  open_->columns.push_back({static_cast<int>(number), {}, {}});
  open_->last_times.push_back(std::numeric_limits<std::int64_t>::min());
}

void RunImport::append(std::size_t channel, std::span<const double> times, std::span<const double> values) {
  auto& column = open_->columns[channel];
  // Before, not after: then the channels that were read together have the same times and share them.
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

void RunImport::flush() {
  write_chunks(open_->transaction, open_->key, open_->columns, open_->channels);
  for (auto& column : open_->columns) {
    column.times.clear();
    column.values.clear();
  }
}

void RunImport::gap(std::size_t channel, trace::Span span) {
  put_gap(open_->transaction, open_->key, static_cast<int>(channel), span);
}

void RunImport::epoch(const trace::Epoch& epoch) {
  put_epoch(open_->transaction, open_->key, open_->epochs++, epoch);
}

void RunImport::metric(const trace::MetricPoint& point) {
  put_metric(open_->transaction, open_->key, point);
}

Result<std::string> RunImport::finish(const trace::Run& header) {
  flush();
  const auto open = std::move(open_);
  auto& transaction = open->transaction;
  update_run(transaction, open->key, header);
  for (const auto& projection : header.projections) put_projection(transaction, open->key, projection);
  for (const auto& sensor : header.sensors) put_sensor(transaction, open->key, sensor);
  for (const auto& [name, value] : header.tags) put_tag(transaction, open->key, name, value);
  if (transaction.ok()) {
    const auto summary = read_summary(transaction.database(), open->key);
    if (!summary) return propagate(summary.error());
    put_total(transaction, open->key, trace::energy_of(*summary));
  }
  if (auto status = transaction.commit(); !status) return propagate(status.error());
  return open->id;
}

}  // namespace joulecast::store
