#include "store/closing.hpp"

#include <algorithm>

#include "store/records.hpp"
#include "store/samples.hpp"
#include "trace/energy.hpp"

namespace joulecast::store {
namespace {

Status check_traces(const Database& database, const trace::Run& run) {
  for (const auto& trace : run.traces)
    if (const auto status = trace::check(trace); !status)
      return fail(ErrorKind::malformed, database.where(), "run {}, channel {}: {}", run.info.id,
                  trace.channel.name, status.error().message);
  return {};
}

/// Where energies are cut: chunks that hold one of these are read whole.
std::vector<double> edges_of(const trace::Run& run) {
  std::vector<double> edges{run.span.begin.value(), run.span.end.value()};
  for (const auto& epoch : run.epochs) {
    edges.push_back(epoch.span.begin.value());
    edges.push_back(epoch.span.end.value());
  }
  std::ranges::sort(edges);
  return edges;
}

/// Latest time at which anything is known of the run.
Seconds last_sign(const trace::Run& run) {
  auto last = run.span.begin;
  for (const auto& epoch : run.epochs) last = std::max(last, epoch.span.end);
  for (const auto& point : run.metrics) last = std::max(last, point.time);
  for (const auto& trace : run.traces)
    if (!trace.empty()) last = std::max(last, trace.span().end);
  return last;
}

void set_closed(Transaction& transaction, std::int64_t run, const Closing& closing,
                std::optional<Seconds> end) {
  transaction.run("UPDATE run SET status = ?, exit_status = ?, end_s = coalesce(?, end_s) WHERE key = ?",
                  name_of(closing.status), closing.exit_status, end, run);
}

}  // namespace

Result<trace::Run> read_whole(Database& database, std::int64_t key) {
  const Snapshot snapshot(database);
  auto run = load_record(database, key);
  if (!run) return run;
  if (auto status = load_samples(database, key, run->traces); !status) return propagate(status.error());
  if (auto status = check_traces(database, *run); !status) return propagate(status.error());
  return run;
}

Result<trace::Run> read_summary(Database& database, std::int64_t key) {
  const Snapshot snapshot(database);
  auto run = load_record(database, key);
  if (!run) return run;
  if (auto status = load_reduced(database, key, run->traces, edges_of(*run)); !status)
    return propagate(status.error());
  if (auto status = check_traces(database, *run); !status) return propagate(status.error());
  return run;
}

void close_run(Transaction& transaction, std::int64_t key, const Closing& closing) {
  if (!transaction.ok()) return;
  auto& database = transaction.database();
  const auto channels = load_channels(database, key);
  if (!channels) return transaction.require(propagate(channels.error()));
  pack_journal(transaction, key, *channels);
  if (closing.end) set_closed(transaction, key, closing, closing.end);
  if (!transaction.ok()) return;
  auto run = read_summary(database, key);
  if (!run) return transaction.require(propagate(run.error()));
  if (!closing.end) {
    run->span.end = last_sign(*run);
    set_closed(transaction, key, closing, run->span.end);
  }
  if (!closing.note.empty()) {
    run->notes.push_back(closing.note);
    put_notes(transaction, key, run->notes);
  }
  put_total(transaction, key, trace::energy_of(*run));
}

void close_damaged_run(Transaction& transaction, std::int64_t key, const Closing& closing) {
  set_closed(transaction, key, closing, closing.end);
  auto run = load_record(transaction.database(), key);
  if (!run) return transaction.require(propagate(run.error()));
  run->notes.push_back(closing.note);
  put_notes(transaction, key, run->notes);
  put_total(transaction, key, {});
}

}  // namespace joulecast::store
