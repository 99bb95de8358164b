// All of a run except its samples, as rows. Internal to the store.
#pragma once

#include <optional>

#include "store/liveness.hpp"
#include "store/progress_log.hpp"
#include "store/sql/database.hpp"
#include "trace/energy.hpp"
#include "trace/run.hpp"

namespace joulecast::store::sql {

/// Whether a run has ended, and who owns it.
struct RunHead {
  std::int64_t key = 0;
  trace::RunStatus status = trace::RunStatus::running;
  Owner owner;
  std::optional<WallTime> heartbeat;
};

/// Inserts a new row with the times and status of `run`, and returns its key; 0 after a failure.
[[nodiscard]] std::int64_t insert_run(Transaction& transaction, const trace::Run& run, const Owner& owner,
                                      WallTime heartbeat);

/// Updates what is learned while the run runs: all of its header except id, name, tags, notes and its end.
void put_description(Transaction& transaction, std::int64_t run, const trace::Run& header);
/// Sets name, status, start and span of a run that has ended.
void put_end(Transaction& transaction, std::int64_t run, const trace::Run& header);

void put_channel(Transaction& transaction, std::int64_t run, std::size_t number,
                 const trace::Channel& channel);
void put_gap(Transaction& transaction, std::int64_t run, int channel, trace::Span gap);
void put_epoch(Transaction& transaction, std::int64_t run, std::size_t place, const trace::Epoch& epoch);
void put_phase(Transaction& transaction, std::int64_t run, std::size_t place, const trace::Phase& phase);
void put_progress(Transaction& transaction, std::int64_t run, const ProgressParts& parts);
void put_window(Transaction& transaction, std::int64_t run, std::size_t place, const trace::Window& window);
void put_metric(Transaction& transaction, std::int64_t run, const trace::MetricPoint& point);
void put_projection(Transaction& transaction, std::int64_t run, const trace::Projection& projection);
void put_sensor(Transaction& transaction, std::int64_t run, const trace::SensorStatus& status);
void put_tag(Transaction& transaction, std::int64_t run, const std::string& name, const std::string& value);
void put_notes(Transaction& transaction, std::int64_t run, const std::vector<std::string>& notes);
void put_total(Transaction& transaction, std::int64_t run, const trace::RunEnergy& energy);

[[nodiscard]] Result<RunHead> load_head(Database& database, std::int64_t run);
/// Of all runs that are marked as running, in one query.
[[nodiscard]] Result<std::vector<RunHead>> load_running(Database& database);
/// The same as load_head(), and nobody else changes the run before the transaction ends. gone also for
/// another user's run.
[[nodiscard]] Result<RunHead> lock_head(Transaction& transaction, std::int64_t run);
/// Everything except samples: the traces have only their channels and gaps.
[[nodiscard]] Result<trace::Run> load_record(Database& database, std::int64_t run);
[[nodiscard]] Result<std::vector<trace::Channel>> load_channels(Database& database, std::int64_t run);

void delete_run(Transaction& transaction, std::int64_t run);

}  // namespace joulecast::store::sql
