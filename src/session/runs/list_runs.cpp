#include "session/runs/list_runs.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "session/runs/open_store.hpp"

namespace joulecast::session {
namespace {

/// Parses a number of exactly this many digits.
std::optional<int> parse_digits(std::string_view text, std::size_t digits) {
  if (text.size() != digits || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto number = parse_int(text);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

/// Parses "2026-01-31".
std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  const auto parts = split(text, '-');
  if (parts.size() != 3) return std::nullopt;
  const auto year = parse_digits(parts[0], 4);
  const auto month = parse_digits(parts[1], 2);
  const auto day = parse_digits(parts[2], 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // 64 bits of nanoseconds since 1970 end in 2262.
  constexpr int last_year = 2200;
  if (!date.ok() || *year > last_year || *year < 1970) return std::nullopt;
  return std::chrono::sys_days(date);
}

/// Parses "12:00" or "12:00:30" as the time since midnight.
std::optional<std::chrono::seconds> parse_time(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 2 && parts.size() != 3) return std::nullopt;
  const auto hour = parse_digits(parts[0], 2);
  const auto minute = parse_digits(parts[1], 2);
  const auto second = parts.size() == 3 ? parse_digits(parts[2], 2) : std::optional(0);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

std::optional<Seconds> parse_span(std::string_view text) {
  if (text.empty() || std::string_view("0123456789.").find(text.back()) != std::string_view::npos)
    return std::nullopt;  // without a unit the meaning is unclear
  constexpr Seconds day{86'400};
  for (const auto& [unit, length] : {std::pair{'d', day}, std::pair{'w', day * 7}}) {
    if (text.back() != unit) continue;
    const auto number = parse_double(trim(text.substr(0, text.size() - 1)));
    return number ? std::optional(length * *number) : std::nullopt;
  }
  return parse_duration(text);
}

Result<store::TagFilter> tag_filter(const std::string& text) {
  const auto at = text.find('=');
  const auto name = trim(std::string_view(text).substr(0, at));
  if (name.empty()) return fail_field("tag", "'{}' is no tag: key=value, or key alone", text);
  store::TagFilter filter{std::string(name), std::nullopt};
  if (at != std::string::npos) filter.value = text.substr(at + 1);
  return filter;
}

Result<std::optional<WallTime>> moment_of(const std::string& text, const char* field, WallTime now) {
  if (text.empty()) return std::nullopt;
  const auto moment = parse_moment(text, now);
  if (!moment)
    return fail_field(field, "'{}' is no time: 7d, 12h or 90min ago, 2026-01-31, or 2026-01-31T12:00 (UTC)",
                      text);
  return moment;
}

Result<std::optional<trace::RunStatus>> status_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto status = trace::run_status_from(text);
  if (!status)
    return fail_field("status", "is running, finished, failed, interrupted or stopped, not '{}'", text);
  return status;
}

Result<store::RunSorting> sorting_of(const std::string& text) {
  using enum store::RunSorting;
  constexpr std::array<std::pair<std::string_view, store::RunSorting>, 4> names{
      {{"started", started}, {"energy", energy}, {"duration", duration}, {"name", name}}};
  for (const auto& [known, sorting] : names)
    if (text == known) return sorting;
  return fail_field("sort", "is started, energy, duration or name, not '{}'", text);
}

bool asks_for_everything(const ListRequest& request) {
  return request.name.empty() && request.search.empty() && request.tags.empty() && request.since.empty() &&
         request.until.empty() && request.status.empty() && request.host.empty() && request.offset == 0;
}

}  // namespace

std::optional<WallTime> parse_moment(std::string_view text, WallTime now) {
  text = trim(text);
  constexpr Seconds longest{100 * 366 * 86'400.0};
  if (const auto span = parse_span(text); span && *span >= Seconds{0} && *span <= longest)
    return WallTime{now.ns - static_cast<std::int64_t>(span->value() * 1e9)};
  if (text.ends_with('Z')) text.remove_suffix(1);
  const auto separator = text.find_first_of("T ");
  const auto day = parse_day(text.substr(0, separator));
  if (!day) return std::nullopt;
  const auto time = separator == std::string_view::npos ? std::optional(std::chrono::seconds(0))
                                                        : parse_time(text.substr(separator + 1));
  if (!time) return std::nullopt;
  const auto since_1970 = std::chrono::nanoseconds(day->time_since_epoch()) + *time;
  return WallTime{since_1970.count()};
}

Result<store::RunQuery> query_of(const ListRequest& request, WallTime now) {
  store::RunQuery query;
  query.name = request.name;
  query.search = request.search;
  for (const auto& text : request.tags) {
    auto filter = tag_filter(text);
    if (!filter) return propagate(filter.error());
    query.tags.push_back(std::move(*filter));
  }
  const auto since = moment_of(request.since, "since", now);
  if (!since) return propagate(since.error());
  const auto until = moment_of(request.until, "until", now);
  if (!until) return propagate(until.error());
  const auto status = status_of(request.status);
  if (!status) return propagate(status.error());
  const auto sorting = sorting_of(request.sort);
  if (!sorting) return propagate(sorting.error());
  if (request.limit && *request.limit < 1)
    return fail_field("limit", "must be 1 or more, not {}", *request.limit);
  if (request.offset < 0) return fail_field("offset", "must be 0 or more, not {}", request.offset);
  query.since = *since;
  query.until = *until;
  query.status = *status;
  query.host = request.host;
  query.sorting = *sorting;
  query.descending = (*sorting != store::RunSorting::name) != request.reverse;
  if (request.limit) query.limit = static_cast<std::size_t>(*request.limit);
  query.offset = static_cast<std::size_t>(request.offset);
  return query;
}

Result<RunList> list_runs(const ListRequest& request, const Clock& clock) {
  const auto query = query_of(request, clock.wall());
  if (!query) return propagate(query.error());
  const auto store = open_store(request.store, store::Access::read);
  if (!store) {
    if (request.store.empty() && store.error().kind == ErrorKind::unavailable)
      return RunList{{}, true, request.count_all ? std::optional<std::size_t>(0) : std::nullopt};
    return propagate(store.error());
  }
  auto runs = (*store)->find(*query);
  if (!runs) return propagate(runs.error());
  RunList list{std::move(*runs), asks_for_everything(request), {}};
  if (!request.count_all) return list;
  // A part of the list that is not full ends it: no need to look at all runs once more.
  if (query->limit && list.runs.size() < *query->limit && (query->offset == 0 || !list.runs.empty())) {
    list.total = query->offset + list.runs.size();
    return list;
  }
  const auto total = (*store)->count(*query);
  if (!total) return propagate(total.error());
  list.total = *total;
  return list;
}

}  // namespace joulecast::session
