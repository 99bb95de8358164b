#include "store/sql/run_list.hpp"

#include <fmt/ranges.h>

#include <limits>
#include <variant>

#include "store/documents.hpp"

namespace joulecast::store::sql {
namespace {

using Argument = std::variant<std::int64_t, std::string>;

/// A WHERE clause with its arguments.
class Conditions {
 public:
  void add(std::string text, std::vector<Argument> arguments = {}) {
    text_ += (text_.empty() ? " WHERE " : " AND ") + std::move(text);
    arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<Argument>& arguments() const { return arguments_; }

 private:
  std::string text_;
  std::vector<Argument> arguments_;
};

/// The text with LIKE's own signs as mere characters, to be found anywhere.
std::string like_of(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

void add_status(trace::RunStatus status, const std::vector<std::int64_t>& dead, Conditions& conditions) {
  const std::string name(name_of(status));
  const auto keys = fmt::format("key IN ({})", fmt::join(dead, ", "));
  if (!dead.empty() && status == trace::RunStatus::interrupted)
    conditions.add("(status = ? OR " + keys + ")", {name});
  else if (!dead.empty() && status == trace::RunStatus::running)
    conditions.add("status = ? AND NOT " + keys, {name});
  else
    conditions.add("status = ?", {name});
}

/// By two small sets, since few runs are part of a longer training: it takes no look at the others.
void add_segments(Segments segments, Conditions& conditions) {
  const std::string continued = "SELECT continues FROM @run WHERE continues <> ''";
  const std::string parts = "SELECT id FROM @run WHERE continues <> '' UNION " + continued;
  switch (segments) {
    case Segments::each:
      return;
    case Segments::none:
      return conditions.add("id NOT IN (" + parts + ")");
    case Segments::part:
      return conditions.add("id IN (" + parts + ")");
    case Segments::last:
      return conditions.add("continues <> '' AND id NOT IN (" + continued + ")");
  }
}

bool asks_for_few(const RunQuery& query) {
  return query.segments == Segments::last || !query.continues.empty();
}

/// Only the index of the few runs that go on with another is worth following, and only the one of the texts
/// is worth searching; SQLite does not know that. `in_any_order`: for one that is not that of the index.
std::string table_of(const Dialect& dialect, const RunQuery& query, bool in_any_order = true) {
  if (asks_for_few(query)) return std::string("@run") + dialect.by_continued;
  const bool by_text = !query.search.empty() && in_any_order;
  return by_text ? std::string("@run") + dialect.by_text : "@run";
}

/// How SQLite is to find the runs that have a tag: one by one, or along the index of the order, which is left
/// at the limit. Many runs may have a tag, and each costs a page of the table otherwise.
enum class TagSearch { one_by_one, in_order };

/// `key` is how to name the run's key.
void add_search(const Dialect& dialect, const RunQuery& query, std::string_view key, bool in_any_order,
                Conditions& conditions) {
  const auto pattern = like_of(query.search);
  const auto found =
      fmt::format(R"((id {0} ? ESCAPE '\' OR name {0} ? ESCAPE '\' OR command {0} ? ESCAPE '\' )"
                  R"(OR {1} {0} ? ESCAPE '\'))",
                  dialect.contains, dialect.architecture);
  const std::vector<Argument> arguments{pattern, pattern, pattern, pattern};
  if (in_any_order || *dialect.by_text == '\0' || asks_for_few(query))
    conditions.add(found, arguments);
  else  // the runs that are found, beside the index of the order
    conditions.add(fmt::format("{} IN (SELECT key FROM @run{} WHERE {})", key, dialect.by_text, found),
                   arguments);
}

Conditions conditions_of(const Dialect& dialect, const RunQuery& query, const std::vector<std::int64_t>& dead,
                         TagSearch search = TagSearch::one_by_one, bool in_any_order = true) {
  const std::string_view key = search == TagSearch::in_order ? "+key" : "key";  // + : no look-up by key
  Conditions conditions;
  if (query.name.find_first_of("*?") != std::string::npos)
    conditions.add(dialect.name_matches, {dialect.pattern(query.name)});
  else if (!query.name.empty())
    conditions.add("name = ?", {query.name});
  if (!query.search.empty()) add_search(dialect, query, key, in_any_order, conditions);
  for (const auto& tag : query.tags) {
    if (tag.value)
      conditions.add(fmt::format("{} IN (SELECT run FROM @tag WHERE name = ? AND value = ?)", key),
                     {tag.name, *tag.value});
    else  // which most runs may have: a list of them would be long, and each would cost a page of the table
      conditions.add("EXISTS (SELECT 1 FROM @tag WHERE tag.run = run.key AND tag.name = ?)", {tag.name});
  }
  if (query.since) conditions.add("started_ns >= ?", {query.since->ns});
  if (query.until) conditions.add("started_ns < ?", {query.until->ns});
  if (query.status) add_status(*query.status, dead, conditions);
  if (!query.host.empty()) conditions.add("hostname = ?", {query.host});
  if (!query.continues.empty()) conditions.add("continues <> '' AND continues = ?", {query.continues});
  if (!query.job_key.empty()) conditions.add("job_key <> '' AND job_key = ?", {query.job_key});
  add_segments(query.segments, conditions);
  return conditions;
}

/// The arguments for one statement; they must outlive it.
std::vector<Value> values_of(const Conditions& conditions) {
  std::vector<Value> values;
  for (const auto& argument : conditions.arguments())
    std::visit([&](const auto& given) { values.push_back(value_of(given)); }, argument);
  return values;
}

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

Result<std::vector<RunSum>> sum_runs(Database& database, const RunQuery& query, const std::string& tag,
                                     const std::vector<std::int64_t>& dead) {
  const auto conditions = conditions_of(database.dialect(), query, dead);
  auto values = values_of(conditions);
  const auto chosen = fmt::format("(SELECT key, status, hostname, energy_j FROM {}{}) AS chosen",
                                  table_of(database.dialect(), query), conditions.text());
  // Every run once: a run has a tag of one name at most.
  if (!tag.empty()) values.push_back(value_of(tag));
  const auto [label, from] =
      tag.empty()
          ? std::pair("nullif(chosen.hostname, '')", chosen)
          : std::pair("tag.value", chosen + " LEFT JOIN @tag ON tag.run = chosen.key AND tag.name = ?");
  auto rows =
      database.once(fmt::format("SELECT {} AS label, sum(CASE WHEN status <> 'running' THEN 1 ELSE 0 END), "
                                "sum(CASE WHEN status = 'running' THEN 1 ELSE 0 END), "
                                "coalesce(sum(CASE WHEN status <> 'running' THEN energy_j END), 0.0), "
                                "sum(CASE WHEN status <> 'running' AND energy_j IS NULL THEN 1 ELSE 0 END) "
                                "FROM {} GROUP BY label ORDER BY 4 DESC, label",
                                label, from),
                    values);
  std::vector<RunSum> sums;
  while (rows.row()) {
    const auto count = [&](int column) { return static_cast<std::size_t>(rows.integer(column)); };
    sums.push_back({std::string(rows.text(0)), count(1), count(2), Joules{rows.real(3)}, count(4)});
  }
  if (auto status = rows.status(); !status) return propagate(status.error());
  return sums;
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
