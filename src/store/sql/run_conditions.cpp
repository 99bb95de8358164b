#include "store/sql/run_conditions.hpp"

#include <fmt/ranges.h>

#include <string_view>

namespace joulecast::store::sql {
namespace {

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

}  // namespace

/// Only the index of the few runs that go on with another is worth following, and only the one of the texts
/// is worth searching; SQLite does not know that.
std::string table_of(const Dialect& dialect, const RunQuery& query, bool in_any_order) {
  if (asks_for_few(query)) return std::string("@run") + dialect.by_continued;
  const bool by_text = !query.search.empty() && in_any_order;
  return by_text ? std::string("@run") + dialect.by_text : "@run";
}

Conditions conditions_of(const Dialect& dialect, const RunQuery& query, const std::vector<std::int64_t>& dead,
                         TagSearch search, bool in_any_order) {
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

std::vector<Value> values_of(const Conditions& conditions) {
  std::vector<Value> values;
  for (const auto& argument : conditions.arguments())
    std::visit([&](const auto& given) { values.push_back(value_of(given)); }, argument);
  return values;
}

}  // namespace joulecast::store::sql
