#include "store/sql/references.hpp"

#include <set>
#include <string>
#include <vector>

namespace joulecast::store::sql {
namespace {

/// Key and id of the first match, and the number of matches; 0 = none.
struct Matches {
  std::int64_t key = 0;
  std::string id;
  std::int64_t count = 0;
  std::vector<std::string> others = {};  ///< ids of some of them
};

/// Of a beginning that fits so many runs nobody means one.
constexpr std::size_t most_others = 100;

Result<Matches> matches(Query rows) {
  Matches found;
  while (rows.row()) {
    if (found.count++ > 0) {
      if (found.others.size() < most_others) found.others.emplace_back(rows.text(1));
      continue;
    }
    found.key = rows.integer(0);
    found.id = rows.text(1);
  }
  if (auto status = rows.status(); !status) return propagate(status.error());
  return found;
}

/// The first segment of a run's training, or the last one that its links lead to.
Result<std::string> first_segment(Database& database, std::string id) {
  std::set<std::string> seen;
  while (seen.insert(id).second) {
    auto row = database.query("SELECT continues FROM @run WHERE id = ?", id);
    if (!row.row()) {
      if (auto status = row.status(); !status) return propagate(status.error());
      break;
    }
    if (row.text(0).empty()) break;
    id = row.text(0);
  }
  return id;
}

/// Whether all that match are segments of one training, which any of them means.
Result<bool> are_of_one_training(Database& database, const Matches& found) {
  if (static_cast<std::size_t>(found.count) != found.others.size() + 1) return false;
  const auto first = first_segment(database, found.id);
  if (!first) return propagate(first.error());
  for (const auto& id : found.others) {
    const auto its = first_segment(database, id);
    if (!its) return propagate(its.error());
    if (*its != *first) return false;
  }
  return true;
}

}  // namespace

Result<FoundRun> find_run(Database& database, std::string_view reference) {
  constexpr const char* latest = "SELECT key, id FROM @run ORDER BY started_ns DESC, key DESC LIMIT 1";
  constexpr const char* by_id = "SELECT key, id FROM @run WHERE id = ?";
  constexpr const char* by_name =
      "SELECT key, id FROM @run WHERE name = ? AND name <> '' ORDER BY started_ns DESC, key DESC";
  // Uses the index: all ids between the prefix and the last text that starts with it, which ends in U+10FFFF.
  constexpr const char* by_prefix =
      "SELECT key, id FROM @run WHERE id >= ?1 AND id < ?1 || '\xf4\x8f\xbf\xbf' ORDER BY key DESC";
  constexpr const char* by_ending =
      "SELECT key, id FROM @run WHERE substr(id, length(id) - 4) = '-' || ?1 ORDER BY key DESC";
  // The name that was given to a rank which another rank of its node measured (trace/rank_tag.hpp).
  constexpr const char* by_rank =
      "SELECT run.key, run.id FROM @tag JOIN @run ON run.key = tag.run WHERE tag.name >= 'rank ' AND "
      "tag.name "
      "< 'rank!' AND tag.value = ? ORDER BY run.started_ns DESC, run.key DESC";

  if (reference.empty()) {
    const auto found = matches(database.query(latest));
    if (!found) return propagate(found.error());
    if (found->count == 0)
      return fail(ErrorKind::invalid, database.where(), "no run has been stored here yet");
    return FoundRun{found->key};
  }
  for (const char* sql : {by_id, by_name, by_prefix, by_ending, by_rank}) {
    const auto found = matches(database.query(sql, reference));
    if (!found) return propagate(found.error());
    if (found->count == 0) continue;
    if (found->count == 1 || sql == by_name || sql == by_rank) return FoundRun{found->key, found->count};
    const auto one = are_of_one_training(database, *found);
    if (!one) return propagate(one.error());
    if (*one) return FoundRun{found->key};
    return fail(ErrorKind::invalid, std::string(reference),
                "{} runs have ids that match this; the latest of them is {}", found->count, found->id);
  }
  return fail(ErrorKind::invalid, std::string(reference), "no such run in {}", database.where());
}

Result<std::string> id_of_run(Database& database, std::int64_t run) {
  auto row = database.query("SELECT id FROM @run WHERE key = ?", run);
  if (row.row()) return std::string(row.text(0));
  if (auto status = row.status(); !status) return propagate(status.error());
  return fail(ErrorKind::gone, database.where(), "the run was removed");
}

}  // namespace joulecast::store::sql
