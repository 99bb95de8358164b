#include "store/sql/job_runs.hpp"

#include <string>
#include <vector>

namespace joulecast::store::sql {
namespace {

struct Text {
  const char* condition;
  const std::string& value;
};
struct Moment {
  const char* condition;
  const std::optional<WallTime>& value;
};

void take(const Query& rows, JobRun& run) {
  run.job = rows.text(0);
  run.started.reset();
  if (const auto started = rows.optional_integer(1)) run.started = WallTime{*started};
  run.host = rows.text(2);
  run.user = rows.text(3);
  run.account = rows.text(4);
  run.partition = rows.text(5);
  run.status = trace::run_status_from(rows.text(6)).value_or(trace::RunStatus::interrupted);
  run.duration = Seconds{rows.real(8) - rows.real(7)};
  run.energy.reset();
  if (const auto energy = rows.optional_real(9)) run.energy = Joules{*energy};
  run.provenance = provenance_from(rows.text(10)).value_or(Provenance::missing);
  run.coverage = rows.optional_real(11);
  run.not_measured.reset();
  if (const auto time = rows.optional_real(12)) run.not_measured = Seconds{*time};
  run.place = rows.text(13);
  run.id = rows.text(14);
  run.key = rows.text(15);
  run.node = rows.text(16);
  run.nodes.reset();
  if (const auto nodes = rows.optional_integer(17)) run.nodes = static_cast<int>(*nodes);
  run.start = static_cast<int>(rows.integer(18));
}

}  // namespace

Status each_job_run(Database& database, const JobQuery& query, const std::function<void(JobRun&)>& visit) {
  const Text texts[] = {{" AND job_id = ?", query.job},
                        {" AND job_user = ?", query.user},
                        {" AND job_account = ?", query.account},
                        {" AND job_partition = ?", query.partition}};
  const Moment moments[] = {{" AND started_ns >= ?", query.since}, {" AND started_ns < ?", query.until}};
  // The order is the index's own: nothing is sorted.
  std::string sql =
      "SELECT job_id, started_ns, hostname, job_user, job_account, job_partition, status, begin_s, end_s, "
      "energy_j, energy_provenance, coverage, not_measured_s, place, id, job_key, job_node, "
      "job_nodes, job_start FROM @run";
  sql += database.dialect().by_job;
  sql += " WHERE job_id <> ''";
  std::vector<Value> values;
  for (const auto& [condition, value] : texts) {
    if (value.empty()) continue;
    sql += condition;
    values.push_back(value_of(value));
  }
  for (const auto& [condition, value] : moments) {
    if (!value) continue;
    sql += condition;
    values.push_back(value_of(value->ns));
  }
  auto rows = database.once(sql + " ORDER BY job_id, started_ns", values);
  JobRun run;
  while (rows.row()) {
    take(rows, run);
    visit(run);
  }
  return rows.status();
}

}  // namespace joulecast::store::sql
