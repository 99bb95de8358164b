#include "store/references.hpp"

#include <vector>

namespace joulecast::store {
namespace {

struct Match {
  std::int64_t key;
  std::string id;
};

/// Newest first.
Result<std::vector<Match>> matches(Query rows) {
  std::vector<Match> found;
  while (rows.row()) found.push_back({rows.integer(0), std::string(rows.text(1))});
  if (auto status = rows.status(); !status) return propagate(status.error());
  return found;
}

}  // namespace

Result<std::int64_t> find_run(Database& database, std::string_view reference) {
  constexpr const char* latest =
      "SELECT key, id FROM run ORDER BY coalesce(started_ns, 0) DESC, key DESC LIMIT 1";
  constexpr const char* by_id = "SELECT key, id FROM run WHERE id = ?";
  constexpr const char* by_name = "SELECT key, id FROM run WHERE name = ? AND name <> '' ORDER BY key DESC";
  constexpr const char* by_prefix =
      "SELECT key, id FROM run WHERE substr(id, 1, length(?1)) = ?1 ORDER BY key DESC";
  constexpr const char* by_ending =
      "SELECT key, id FROM run WHERE substr(id, -5) = '-' || ?1 ORDER BY key DESC";

  if (reference.empty()) {
    const auto found = matches(database.query(latest));
    if (!found) return propagate(found.error());
    if (found->empty()) return fail(ErrorKind::invalid, database.where(), "no run has been stored here yet");
    return found->front().key;
  }
  for (const char* sql : {by_id, by_name, by_prefix, by_ending}) {
    const auto found = matches(database.query(sql, reference));
    if (!found) return propagate(found.error());
    if (found->size() == 1) return found->front().key;
    if (found->size() > 1)
      return fail(ErrorKind::invalid, std::string(reference),
                  "{} runs are called so; the latest of them is {}", found->size(), found->front().id);
  }
  return fail(ErrorKind::invalid, std::string(reference), "no such run in {}", database.where());
}

Result<std::string> id_of_run(Database& database, std::int64_t run) {
  auto row = database.query("SELECT id FROM run WHERE key = ?", run);
  if (row.row()) return std::string(row.text(0));
  if (auto status = row.status(); !status) return propagate(status.error());
  return fail(ErrorKind::gone, database.where(), "the run was removed");
}

}  // namespace joulecast::store
