#include "store/sql/records.hpp"

#include <algorithm>
#include <array>

#include "store/block.hpp"
#include "store/documents.hpp"
#include "trace/phases.hpp"

namespace joulecast::store::sql {
namespace {

/// Work is whole in most units; other values are kept to the bit.
constexpr double whole_units = 1;

std::optional<Joules> joules(const std::optional<double>& energy) {
  return energy ? std::optional{Joules{*energy}} : std::nullopt;
}

Seconds second(const Query& rows, int column) {
  return Seconds{rows.real(column)};
}

Status load_run_row(Database& database, std::int64_t key, trace::Run& run) {
  auto row = database.query(
      "SELECT id, name, status, exit_status, started_ns, begin_s, end_s, command, info, host, place, notes, "
      "idle_baseline_w, sampler_cpu_s FROM @run WHERE key = ?",
      key);
  if (!row.row())
    return row.status() ? fail(ErrorKind::gone, database.where(), "the run was removed") : row.status();
  from_document(row.text(8), run.info);
  run.info.id = row.text(0);
  run.info.name = row.text(1);
  run.status = trace::run_status_from(row.text(2)).value_or(trace::RunStatus::interrupted);
  if (const auto status = row.optional_integer(3)) run.exit_status = static_cast<int>(*status);
  if (const auto started = row.optional_integer(4)) run.started = WallTime{*started};
  run.span = {second(row, 5), second(row, 6)};
  from_document(row.text(7), run.command);
  from_document(row.text(9), run.host);
  from_document(row.text(10), run.place);
  from_document(row.text(11), run.notes);
  if (const auto watts = row.optional_real(12)) run.idle_baseline = Watts{*watts};
  run.sampler_cpu = second(row, 13);
  return {};
}

Status load_tags(Database& database, std::int64_t key, trace::Run& run) {
  auto rows = database.query("SELECT name, value FROM @tag WHERE run = ?", key);
  while (rows.row()) run.tags.emplace(rows.text(0), rows.text(1));
  return rows.status();
}

Status load_gaps(Database& database, std::int64_t key, trace::Run& run) {
  auto rows =
      database.query("SELECT channel, begin_s, end_s FROM @gap WHERE run = ? ORDER BY channel, begin_s", key);
  while (rows.row()) {
    const auto channel = static_cast<std::size_t>(rows.integer(0));
    if (channel >= run.traces.size()) continue;
    auto& gaps = run.traces[channel].gaps;
    const trace::Span gap{second(rows, 1), second(rows, 2)};
    if (!gaps.empty() && gap.begin <= gaps.back().end)
      gaps.back().end = std::max(gaps.back().end, gap.end);  // gaps of a trace must be disjoint
    else
      gaps.push_back(gap);
  }
  return rows.status();
}

Status load_epochs(Database& database, std::int64_t key, trace::Run& run) {
  auto rows = database.query(
      "SELECT number, begin_s, end_s, work, energy_j, metrics, phase FROM @epoch WHERE run = ? ORDER BY "
      "begin_s, "
      "place",
      key);
  while (rows.row()) {
    trace::Epoch epoch;
    epoch.index = static_cast<int>(rows.integer(0));
    epoch.span = {second(rows, 1), second(rows, 2)};
    epoch.work = rows.optional_real(3);
    epoch.energy = joules(rows.optional_real(4));
    from_document(rows.text(5), epoch.metrics);
    epoch.phase = static_cast<std::size_t>(rows.integer(6));
    run.epochs.push_back(std::move(epoch));
  }
  return rows.status();
}

Status load_phases(Database& database, std::int64_t key, trace::Run& run) {
  auto rows = database.query(
      "SELECT place, name, unit, begin_s, end_s, work, total_work, energy_j, done_before FROM @phase WHERE "
      "run = ? "
      "ORDER "
      "BY "
      "place",
      key);
  while (rows.row()) {
    if (rows.integer(0) != static_cast<std::int64_t>(run.phases.size()))
      return fail(ErrorKind::malformed, database.where(), "the phases of run {} are damaged", run.info.id);
    run.phases.push_back({std::string(rows.text(1)),
                          std::string(rows.text(2)),
                          {second(rows, 3), second(rows, 4)},
                          rows.real(5),
                          rows.optional_real(6),
                          joules(rows.optional_real(7)),
                          rows.optional_real(8)});
  }
  return rows.status();
}

Status load_progress(Database& database, std::int64_t key, trace::Run& run) {
  auto rows =
      database.query("SELECT phase, times, work FROM @progress WHERE run = ? ORDER BY phase, part", key);
  while (rows.row()) {
    const auto times = decode_times(rows.bytes(1));
    const auto work = decode_values(rows.bytes(2), whole_units);
    if (!times || !work || times->size() != work->size())
      return fail(ErrorKind::malformed, database.where(), "the progress of run {} is damaged", run.info.id);
    for (std::size_t i = 0; i < times->size(); ++i)
      run.progress.push_back(
          {Seconds{to_seconds((*times)[i])}, (*work)[i], static_cast<std::size_t>(rows.integer(0))});
  }
  return rows.status();
}

Status load_windows(Database& database, std::int64_t key, trace::Run& run) {
  auto rows =
      database.query("SELECT name, begin_s, end_s FROM @window WHERE run = ? ORDER BY begin_s, place", key);
  while (rows.row()) run.windows.push_back({std::string(rows.text(0)), {second(rows, 1), second(rows, 2)}});
  return rows.status();
}

Status load_metrics(Database& database, std::int64_t key, trace::Run& run) {
  auto rows =
      database.query("SELECT time_s, epoch, name, value FROM @metric WHERE run = ? ORDER BY key", key);
  while (rows.row()) {
    trace::MetricPoint point{second(rows, 0), std::nullopt, std::string(rows.text(2)), rows.real(3)};
    if (const auto epoch = rows.optional_integer(1)) point.epoch = static_cast<int>(*epoch);
    run.metrics.push_back(std::move(point));
  }
  return rows.status();
}

Status load_projections(Database& database, std::int64_t key, trace::Run& run) {
  auto rows = database.query(
      "SELECT time_s, share, method, total_j, low_j, high_j, ready FROM @projection WHERE run = ? ORDER BY "
      "key",
      key);
  while (rows.row())
    run.projections.push_back({second(rows, 0), rows.real(1), std::string(rows.text(2)), Joules{rows.real(3)},
                               joules(rows.optional_real(4)), joules(rows.optional_real(5)),
                               rows.integer(6) != 0});
  return rows.status();
}

Status load_sensors(Database& database, std::int64_t key, trace::Run& run) {
  auto rows = database.query(
      "SELECT name, used, reason, readings, failed_readings, mean_latency_s, max_latency_s FROM @sensor "
      "WHERE "
      "run = ?",
      key);
  while (rows.row())
    run.sensors.push_back({std::string(rows.text(0)), rows.integer(1) != 0, std::string(rows.text(2)),
                           static_cast<std::uint64_t>(rows.integer(3)),
                           static_cast<std::uint64_t>(rows.integer(4)), second(rows, 5), second(rows, 6)});
  return rows.status();
}

}  // namespace

std::int64_t insert_run(Transaction& transaction, const trace::Run& run, const Owner& owner,
                        WallTime heartbeat) {
  return transaction.insert(
      "INSERT INTO @own_run (id, name, status, exit_status, started_ns, begin_s, end_s, command, info, host, "
      "hostname, place, notes, idle_baseline_w, sampler_cpu_s, owner, heartbeat_ns, continues, "
      "job_id, job_key, job_user, job_account, job_partition, job_node, job_nodes, job_start) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
      run.info.id, run.info.name, name_of(run.status), run.exit_status, run.started, run.span.begin,
      run.span.end, to_document(run.command), to_document(run.info), to_document(run.host), run.host.hostname,
      to_document(run.place), to_document(run.notes), run.idle_baseline, run.sampler_cpu, to_document(owner),
      heartbeat, run.info.continues, run.info.job.id, key_of(run.info.job), run.info.job.user,
      run.info.job.account, run.info.job.partition, run.info.job.node, run.info.job.node_count,
      run.info.job.restarts.value_or(0));
}

void put_description(Transaction& transaction, std::int64_t run, const trace::Run& header) {
  transaction.run(
      "UPDATE @own_run SET command = ?, info = ?, host = ?, hostname = ?, place = ?, idle_baseline_w = ?, "
      "sampler_cpu_s = ? WHERE key = ?",
      to_document(header.command), to_document(header.info), to_document(header.host), header.host.hostname,
      to_document(header.place), header.idle_baseline, header.sampler_cpu, run);
  for (const auto& sensor : header.sensors) put_sensor(transaction, run, sensor);
}

void put_end(Transaction& transaction, std::int64_t run, const trace::Run& header) {
  transaction.run(
      "UPDATE @own_run SET name = ?, status = ?, exit_status = ?, started_ns = ?, begin_s = ?, end_s = ?, "
      "duration_s = ? WHERE key = ?",
      header.info.name, name_of(header.status), header.exit_status, header.started, header.span.begin,
      header.span.end, header.span.length(), run);
}

void put_channel(Transaction& transaction, std::int64_t run, std::size_t number,
                 const trace::Channel& channel) {
  transaction.run("INSERT INTO @channel (run, number, description) VALUES (?, ?, ?)", run,
                  static_cast<std::int64_t>(number), to_document(channel));
}

void put_gap(Transaction& transaction, std::int64_t run, int channel, trace::Span gap) {
  transaction.run(
      "INSERT INTO @gap (run, channel, begin_s, end_s) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (run, channel, begin_s) DO UPDATE SET end_s = excluded.end_s WHERE gap.end_s < "
      "excluded.end_s",
      run, channel, gap.begin, gap.end);
}

void put_epoch(Transaction& transaction, std::int64_t run, std::size_t place, const trace::Epoch& epoch) {
  transaction.run(
      "INSERT INTO @epoch (run, place, number, begin_s, end_s, work, energy_j, metrics, phase) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (run, place) DO UPDATE SET number = excluded.number, begin_s = excluded.begin_s, end_s = "
      "excluded.end_s, work = excluded.work, energy_j = excluded.energy_j, metrics = excluded.metrics, phase "
      "= excluded.phase",
      run, static_cast<std::int64_t>(place), epoch.index, epoch.span.begin, epoch.span.end, epoch.work,
      epoch.energy, to_document(epoch.metrics), static_cast<std::int64_t>(epoch.phase));
}

void put_phase(Transaction& transaction, std::int64_t run, std::size_t place, const trace::Phase& phase) {
  transaction.run(
      "INSERT INTO @phase (run, place, name, unit, begin_s, end_s, work, total_work, energy_j, done_before) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (run, place) DO UPDATE SET name = excluded.name, unit = excluded.unit, begin_s = "
      "excluded.begin_s, end_s = excluded.end_s, work = excluded.work, total_work = excluded.total_work, "
      "energy_j = excluded.energy_j, done_before = excluded.done_before",
      run, static_cast<std::int64_t>(place), phase.name, phase.unit, phase.span.begin, phase.span.end,
      phase.work, phase.total_work, phase.energy, phase.done_before);
}

void put_progress(Transaction& transaction, std::int64_t run, const ProgressParts& parts) {
  for (const auto& [place, part] : parts) {
    const auto phase = static_cast<std::int64_t>(place.first);
    const auto number = static_cast<std::int64_t>(place.second);
    if (part.times.empty()) {
      transaction.run("DELETE FROM @progress WHERE run = ? AND phase = ? AND part = ?", run, phase, number);
      continue;
    }
    const auto times = encode_times(part.times);
    const auto work = encode_values(part.work, whole_units);
    transaction.run(
        "INSERT INTO @progress (run, phase, part, times, work) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (run, phase, part) DO UPDATE SET times = excluded.times, work = excluded.work",
        run, phase, number, Bytes(times), Bytes(work));
  }
}

void put_window(Transaction& transaction, std::int64_t run, std::size_t place, const trace::Window& window) {
  transaction.run(
      "INSERT INTO @window (run, place, name, begin_s, end_s) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (run, place) DO UPDATE SET name = excluded.name, begin_s = excluded.begin_s, end_s = "
      "excluded.end_s",
      run, static_cast<std::int64_t>(place), window.name, window.span.begin, window.span.end);
}

void put_metric(Transaction& transaction, std::int64_t run, const trace::MetricPoint& point) {
  transaction.run("INSERT INTO @metric (run, time_s, epoch, name, value) VALUES (?, ?, ?, ?, ?)", run,
                  point.time, point.epoch, point.name, point.value);
}

void put_projection(Transaction& transaction, std::int64_t run, const trace::Projection& projection) {
  transaction.run(
      "INSERT INTO @projection (run, time_s, share, method, total_j, low_j, high_j, ready) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      run, projection.time, projection.share, projection.method, projection.total, projection.low,
      projection.high, projection.ready);
}

void put_sensor(Transaction& transaction, std::int64_t run, const trace::SensorStatus& status) {
  transaction.run(
      "INSERT INTO @sensor (run, name, used, reason, readings, failed_readings, mean_latency_s, "
      "max_latency_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      run, status.sensor, status.used, status.reason, static_cast<std::int64_t>(status.readings),
      static_cast<std::int64_t>(status.failed_readings), status.mean_latency.value(),
      status.max_latency.value());
}

void put_tag(Transaction& transaction, std::int64_t run, const std::string& name, const std::string& value) {
  if (value.empty())
    transaction.run("DELETE FROM @tag WHERE run = ? AND name = ?", run, name);
  else
    transaction.run(
        "INSERT INTO @tag (run, name, value) VALUES (?, ?, ?) "
        "ON CONFLICT (run, name) DO UPDATE SET value = excluded.value",
        run, name, value);
}

void put_notes(Transaction& transaction, std::int64_t run, const std::vector<std::string>& notes) {
  transaction.run("UPDATE @own_run SET notes = ? WHERE key = ?", to_document(notes), run);
}

void put_total(Transaction& transaction, std::int64_t run, const trace::RunEnergy& energy) {
  transaction.run(
      "UPDATE @own_run SET total_known = 1, energy_j = ?, energy_provenance = ?, energy_missing = ?, "
      "not_measured_s = ?, coverage = ? WHERE key = ?",
      energy.total, name_of(energy.provenance), to_document(energy.missing), energy.not_measured,
      energy.total ? std::optional(energy.coverage) : std::nullopt, run);
}

namespace {

/// Of a row with key, status, owner and heartbeat.
RunHead head_in(const Query& row) {
  RunHead head;
  head.key = row.integer(0);
  head.status = trace::run_status_from(row.text(1)).value_or(trace::RunStatus::interrupted);
  from_document(row.text(2), head.owner);
  if (const auto heartbeat = row.optional_integer(3)) head.heartbeat = WallTime{*heartbeat};
  return head;
}

Result<RunHead> only_head(Database& database, Query row) {
  if (row.row()) return head_in(row);
  if (auto status = row.status(); !status) return propagate(status.error());
  return fail(ErrorKind::gone, database.where(), "the run was removed");
}

}  // namespace

Result<RunHead> load_head(Database& database, std::int64_t run) {
  return only_head(database,
                   database.query("SELECT key, status, owner, heartbeat_ns FROM @run WHERE key = ?", run));
}

Result<std::vector<RunHead>> load_running(Database& database) {
  std::vector<RunHead> heads;
  auto rows = database.query("SELECT key, status, owner, heartbeat_ns FROM @run WHERE status = 'running'");
  while (rows.row()) heads.push_back(head_in(rows));
  if (auto status = rows.status(); !status) return propagate(status.error());
  return heads;
}

Result<RunHead> lock_head(Transaction& transaction, std::int64_t run) {
  auto& database = transaction.database();
  const std::array values{value_of(run)};
  const auto sql = fmt::format("SELECT key, status, owner, heartbeat_ns FROM @own_run WHERE key = ? {}",
                               database.dialect().for_update);
  return only_head(database, database.once(sql, values));
}

Result<std::vector<trace::Channel>> load_channels(Database& database, std::int64_t run) {
  std::vector<trace::Channel> channels;
  auto rows = database.query("SELECT number, description FROM @channel WHERE run = ? ORDER BY number", run);
  while (rows.row()) {
    if (rows.integer(0) != static_cast<std::int64_t>(channels.size()))
      return fail(ErrorKind::malformed, database.where(), "the channels of run {} are damaged", run);
    from_document(rows.text(1), channels.emplace_back());
  }
  if (auto status = rows.status(); !status) return propagate(status.error());
  return channels;
}

Result<trace::Run> load_record(Database& database, std::int64_t key) {
  trace::Run run;
  if (auto status = load_run_row(database, key, run); !status) return propagate(status.error());
  auto channels = load_channels(database, key);
  if (!channels) return propagate(channels.error());
  for (auto& channel : *channels) run.traces.emplace_back().channel = std::move(channel);
  for (const auto part : {load_tags, load_gaps, load_epochs, load_phases, load_progress, load_windows,
                          load_metrics, load_projections, load_sensors})
    if (auto status = part(database, key, run); !status) return propagate(status.error());
  trace::withdraw_projections(run);
  return run;
}

void delete_run(Transaction& transaction, std::int64_t run) {
  transaction.run(
      "DELETE FROM @block WHERE key IN (SELECT block FROM @chunk WHERE run = ?1 UNION SELECT times FROM "
      "@chunk "
      "WHERE "
      "run = ?1)",
      run);
  for (const char* sql : {"DELETE FROM @chunk WHERE run = ?", "DELETE FROM @journal WHERE run = ?",
                          "DELETE FROM @sensor WHERE run = ?", "DELETE FROM @projection WHERE run = ?",
                          "DELETE FROM @metric WHERE run = ?", "DELETE FROM @epoch WHERE run = ?",
                          "DELETE FROM @phase WHERE run = ?", "DELETE FROM @progress WHERE run = ?",
                          "DELETE FROM @window WHERE run = ?", "DELETE FROM @gap WHERE run = ?",
                          "DELETE FROM @channel WHERE run = ?", "DELETE FROM @tag WHERE run = ?",
                          "DELETE FROM @own_run WHERE key = ?"})
    transaction.run(sql, run);
}

}  // namespace joulecast::store::sql
