#include "store/sql/run_list.hpp"

#include <fmt/format.h>

#include <limits>

#include "store/documents.hpp"
#include "store/sql/run_conditions.hpp"

namespace joulecast::store::sql {
namespace {

/// Runs that are equal in the sort key are sorted by their start.
std::string order_of(const RunQuery& query) {
  const std::string_view direction = query.descending ? "DESC" : "ASC";
  switch (query.sorting) {
    case RunSorting::started:
      return fmt::format("started_ns {0} NULLS LAST, key {0}", direction);
    case RunSorting::energy:
      return fmt::format("energy_j {0} NULLS LAST, key {0}", direction);
    case RunSorting::duration:
      // A run that an older joulecast closed meanwhile has no duration_s of its own. SQLite's index
      // run_by_duration is of these very words.
      return fmt::format(
          "coalesce(duration_s, CASE WHEN status <> 'running' THEN end_s - begin_s END) {0} NULLS LAST, key "
          "{0}",
          direction);
    case RunSorting::name:
      return fmt::format("name {0}, started_ns {0}, key {0}", direction);
  }
  return "key";
}

/// A tag alone is counted in its own table, without a look at the runs.
bool is_one_tag(const RunQuery& query) {
  return query.tags.size() == 1 && query.name.empty() && query.search.empty() && !query.since &&
         !query.until && !query.status && query.host.empty() && query.segments == Segments::each &&
         query.continues.empty() && query.job_key.empty();
}

Result<std::size_t> count_tagged(Database& database, const TagFilter& tag) {
  auto rows = tag.value ? database.query("SELECT count(*) FROM @tag WHERE name = ? AND value = ?", tag.name,
                                         *tag.value)
                        : database.query("SELECT count(*) FROM @tag WHERE name = ?", tag.name);
  if (!rows.row()) return propagate(rows.status().error());
  return static_cast<std::size_t>(rows.integer(0));
}

}  // namespace

Result<std::vector<std::int64_t>> find_keys(Database& database, const RunQuery& query,
                                            const std::vector<std::int64_t>& dead) {
  const bool by_start = query.sorting == RunSorting::started;
  const auto conditions = conditions_of(database.dialect(), query, dead,
                                        query.limit ? TagSearch::in_order : TagSearch::one_by_one, by_start);
  constexpr auto no_limit = std::numeric_limits<std::int64_t>::max();
  const auto limit = query.limit ? static_cast<std::int64_t>(*query.limit) : no_limit;
  auto rows = database.once(fmt::format("SELECT key FROM {}{} ORDER BY {} LIMIT {} OFFSET {}",
                                        table_of(database.dialect(), query, by_start), conditions.text(),
                                        order_of(query), limit, query.offset),
                            values_of(conditions));
  std::vector<std::int64_t> keys;
  while (rows.row()) keys.push_back(rows.integer(0));
  if (auto status = rows.status(); !status) return propagate(status.error());
  return keys;
}

Result<std::size_t> count_runs(Database& database, const RunQuery& query,
                               const std::vector<std::int64_t>& dead) {
  if (is_one_tag(query)) return count_tagged(database, query.tags.front());
  const auto conditions = conditions_of(database.dialect(), query, dead);
  auto rows = database.once(
      fmt::format("SELECT count(*) FROM {}{}", table_of(database.dialect(), query), conditions.text()),
      values_of(conditions));
  if (!rows.row()) return propagate(rows.status().error());
  return static_cast<std::size_t>(rows.integer(0));
}

Result<ListedRun> list_run(Database& database, std::int64_t key) {
  auto found = database.query(
      "SELECT id, name, status, exit_status, started_ns, end_s - begin_s, energy_j, energy_provenance, "
      "energy_missing, command, info, (SELECT count(*) FROM @epoch WHERE epoch.run = run.key), total_known, "
      "not_measured_s, coverage, hostname, continues "
      "FROM @run WHERE key = ?",
      key);
  if (!found.row())
    return found.status() ? fail(ErrorKind::gone, database.where(), "the run was removed")
                          : propagate(found.status().error());
  ListedRun listed;
  auto& row = listed.row;
  row.id = found.text(0);
  row.name = found.text(1);
  row.status = trace::run_status_from(found.text(2)).value_or(trace::RunStatus::interrupted);
  if (const auto status = found.optional_integer(3)) row.exit_status = static_cast<int>(*status);
  if (const auto started = found.optional_integer(4)) row.started = WallTime{*started};
  row.duration = Seconds{found.real(5)};
  if (const auto energy = found.optional_real(6)) row.energy = Joules{*energy};
  row.provenance = provenance_from(found.text(7)).value_or(Provenance::missing);
  from_document(found.text(8), row.missing);
  from_document(found.text(9), row.command);
  trace::RunInfo info;
  from_document(found.text(10), info);
  row.architecture = info.training.architecture;
  row.job = std::move(info.job);
  row.epochs = static_cast<int>(found.integer(11));
  listed.total_known = found.integer(12) != 0;
  if (const auto time = found.optional_real(13)) row.not_measured = Seconds{*time};
  row.coverage = found.optional_real(14);
  row.host = found.text(15);
  row.continues = found.text(16);
  auto tags = database.query("SELECT name, value FROM @tag WHERE run = ?", key);
  while (tags.row()) row.tags.emplace(tags.text(0), tags.text(1));
  if (auto status = tags.status(); !status) return propagate(status.error());
  return listed;
}

}  // namespace joulecast::store::sql
