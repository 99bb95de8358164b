#include "formats/support/table_times.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"

namespace joulecast::formats {
namespace {

using Role = Meaning::Role;

double seconds_per(std::string_view unit) {
  if (unit == "ns") return 1e-9;
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  return unit == "min" ? 60 : unit == "h" ? 3600 : 1;
}

}  // namespace

const std::string& TableTimes::unit() const {
  return columns_[columns_.find(Role::time)].meaning.unit;
}

std::string TableTimes::text_of(Cells row) const {
  const auto time = row[columns_.find(Role::time)];
  const auto date = columns_.find(Role::date);
  const bool apart = date != columns_.size() && !row[date].empty();
  return apart ? fmt::format("{} {}", row[date], time) : std::string(time);
}

std::optional<LogTime> TableTimes::of_row(Cells row) {
  const auto text = text_of(row);
  is_number_ = false;
  auto elapsed = parse_log_time(text);
  if (elapsed && elapsed->kind != LogTime::Kind::elapsed) return elapsed;
  if (!elapsed) {
    elapsed = parse_elapsed(text);
    const auto number = parse_double(trim(text));
    is_number_ = number.has_value();
    if (elapsed && number) elapsed->us = std::llround(*number * seconds_per(unit()) * 1e6);
  }
  if (!elapsed) return std::nullopt;
  falls_ += last_elapsed_us_ && elapsed->us < *last_elapsed_us_ ? 1 : 0;
  last_elapsed_us_ = elapsed->us;
  return elapsed;
}

Status TableTimes::check_unit(const LogTime& time, const std::string& where) {
  constexpr std::int64_t longest_step_us = 20'000'000;
  if (time.kind != LogTime::Kind::elapsed || !unit().empty() || knows_unit_) return {};
  const auto step = first_elapsed_us_ ? time.us - *first_elapsed_us_ : 0;
  if (!first_elapsed_us_) first_elapsed_us_ = time.us;
  knows_unit_ = step != 0;
  if (step < longest_step_us) return {};
  const auto name = columns_.place_or_name(columns_.find(Role::time));
  return fail(
      ErrorKind::malformed, where,
      "{} has no unit: --columns time_ms={},power_w=… says that it is in milliseconds, time_s={} that it "
      "is in seconds",
      name, name, name);
}

bool TableTimes::follows_at_once(std::int64_t us) {
  constexpr std::int64_t longest_query_us = 100'000;
  constexpr std::int64_t queries_in_a_period = 4;
  const auto step = last_row_us_ ? us - *last_row_us_ : longest_query_us;
  last_row_us_ = us;
  if (step == 0 || (step > 0 && step < longest_query_us && step * queries_in_a_period < period_us_))
    return true;
  period_us_ = step;
  return false;
}

}  // namespace joulecast::formats
