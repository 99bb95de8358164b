#include "store/sql/pending_rows.hpp"

#include "store/sql/records.hpp"

namespace joulecast::store::sql {

void put_parts(Transaction& transaction, std::int64_t run, const Pending& pending) {
  for (const auto& [channel, gap] : pending.gaps) put_gap(transaction, run, channel, gap);
  for (const auto& [place, epoch] : pending.epochs) put_epoch(transaction, run, place, epoch);
  for (const auto& [place, phase] : pending.phases) put_phase(transaction, run, place, phase);
  put_progress(transaction, run, pending.progress);
  for (const auto& [place, window] : pending.windows) put_window(transaction, run, place, window);
  for (const auto& point : pending.metrics) put_metric(transaction, run, point);
  for (const auto& projection : pending.projections) put_projection(transaction, run, projection);
}

void put_pending(Transaction& transaction, std::int64_t run, const Pending& pending) {
  put_parts(transaction, run, pending);
  if (pending.header) put_description(transaction, run, *pending.header);
}

bool put_heartbeat(Transaction& transaction, std::int64_t run, WallTime now, std::optional<Seconds> latest) {
  return transaction.change(
             "UPDATE @own_run SET heartbeat_ns = ?1, end_s = CASE WHEN ?2 > end_s THEN ?2 ELSE end_s END "
             "WHERE key = ?3 AND status = 'running'",
             now, latest, run) > 0;
}

void put_running_again(Transaction& transaction, std::int64_t run, const std::string& id, WallTime now,
                       std::optional<Seconds> latest) {
  const auto changed = transaction.change(
      "UPDATE @own_run SET status = 'running', total_known = 0, energy_j = NULL, duration_s = NULL, "
      "heartbeat_ns = ?1, end_s = CASE WHEN ?2 > end_s THEN ?2 ELSE end_s END WHERE key = ?3",
      now, latest, run);
  if (transaction.ok() && changed == 0)
    transaction.require(
        fail(ErrorKind::gone, transaction.database().where(), "run {} was removed while it ran", id));
}

}  // namespace joulecast::store::sql
