#include <algorithm>
#include <random>

#include "store/block.hpp"
#include "store/records.hpp"
#include "store/run_id.hpp"
#include "store/samples.hpp"
#include "store/state.hpp"

namespace joulecast::store {
namespace {

std::vector<Column> columns_of(const trace::Run& run) {
  std::vector<Column> columns;
  for (const auto& trace : run.traces) {
    auto& column = columns.emplace_back();
    column.channel = static_cast<int>(columns.size()) - 1;
    column.values = trace.values;
    column.times.reserve(trace.size());
    for (const double time : trace.times) {
      // Readings less than a microsecond apart are moved apart, so that times rise strictly.
      const auto rounded = to_microseconds(time);
      column.times.push_back(column.times.empty() ? rounded : std::max(rounded, column.times.back() + 1));
    }
  }
  return columns;
}

void put_parts(Transaction& transaction, std::int64_t key, const trace::Run& run) {
  std::vector<trace::Channel> channels;
  for (const auto& trace : run.traces) channels.push_back(trace.channel);
  for (std::size_t i = 0; i < run.traces.size(); ++i) {
    put_channel(transaction, key, i, channels[i]);
    for (const auto& gap : run.traces[i].gaps) put_gap(transaction, key, static_cast<int>(i), gap);
  }
  for (std::size_t i = 0; i < run.epochs.size(); ++i) put_epoch(transaction, key, i, run.epochs[i]);
  for (const auto& point : run.metrics) put_metric(transaction, key, point);
  for (const auto& projection : run.projections) put_projection(transaction, key, projection);
  for (const auto& sensor : run.sensors) put_sensor(transaction, key, sensor);
  for (const auto& [name, value] : run.tags) put_tag(transaction, key, name, value);
  write_chunks(transaction, key, columns_of(run), channels);
}

Status check_run(const trace::Run& run) {
  for (const auto& trace : run.traces)
    if (const auto status = trace::check(trace); !status)
      return fail(ErrorKind::malformed, run.info.id, "channel {}: {}", trace.channel.name,
                  status.error().message);
  return {};
}

Result<bool> is_taken(Database& database, const std::string& id) {
  auto row = database.query("SELECT 1 FROM run WHERE id = ?", id);
  const bool taken = row.row();
  if (auto status = row.status(); !status) return propagate(status.error());
  return taken;
}

}  // namespace

Result<std::string> Store::import_run(const trace::Run& run) {
  if (auto status = check_run(run); !status) return propagate(status.error());
  const auto& clock = *state_->options.clock;
  auto header = run;
  header.traces.clear();
  if (!is_usable_run_id(header.info.id))
    header.info.id = make_run_id(run.started.value_or(clock.wall()), std::random_device{}());
  if (header.status == trace::RunStatus::running) header.status = trace::RunStatus::interrupted;

  Transaction transaction(state_->database);
  if (transaction.ok()) {
    const auto taken = is_taken(state_->database, header.info.id);
    if (!taken) return propagate(taken.error());
    if (*taken)
      return fail(ErrorKind::invalid, path().string(), "run {} is already stored; `joulecast rm` removes it",
                  header.info.id);
  }
  insert_run(transaction, header, Owner{}, clock.wall());
  const auto key = state_->database.last_row_key();
  put_parts(transaction, key, run);
  put_total(transaction, key, trace::energy_of(run));
  if (auto status = transaction.commit(); !status) return propagate(status.error());
  return header.info.id;
}

}  // namespace joulecast::store
