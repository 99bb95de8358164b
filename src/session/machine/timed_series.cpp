#include "session/machine/timed_series.hpp"

#include <algorithm>

#include "formats/support/log_time.hpp"

namespace joulecast::session {
namespace {

/// Logs always have seconds; people leave them out: "2026-02-01T13:00Z".
std::string with_seconds(std::string_view text) {
  std::string whole(text);
  const auto colon = whole.find(':');
  if (colon == whole.npos || whole.find(':', colon + 1) == colon + 3) return whole;
  const auto zone = colon + 3;
  if (zone < whole.size() && (whole[zone] == 'Z' || whole[zone] == '+' || whole[zone] == '-'))
    whole.insert(zone, ":00");
  return whole;
}

std::optional<WallTime> moment_of(std::string_view text) {
  const auto time = formats::parse_start(with_seconds(text));
  if (!time || time->kind != formats::LogTime::Kind::moment) return std::nullopt;
  return WallTime{time->us * 1000};
}

}  // namespace

std::optional<double> TimedSeries::at(WallTime time) const {
  if (time < begin() || time > end()) return std::nullopt;
  const auto after = static_cast<std::size_t>(std::ranges::lower_bound(times_, time) - times_.begin());
  if (times_[after] == time) return values_[after];
  const auto gap = times_[after] - times_[after - 1];
  if (gap > longest_gap) return std::nullopt;
  const double share = (time - times_[after - 1]) / gap;
  return values_[after - 1] + share * (values_[after] - values_[after - 1]);
}

Result<WallTime> moment_in(const CsvTable& table, std::size_t row, std::size_t column) {
  const auto text = table.text(row, column);
  if (const auto moment = moment_of(text)) return *moment;
  return fail(ErrorKind::malformed, table.where(row), "'{}' is no time such as 2026-02-01T13:00Z", text);
}

Result<WallTime> moment_from(std::string_view text, const std::string& field) {
  if (const auto moment = moment_of(text)) return *moment;
  return fail_field(field, "'{}' is no time such as 2026-02-01T13:00Z", text);
}

Result<TimedSeries> read_timed_series(const std::filesystem::path& file, std::string_view column, double low,
                                      double high) {
  const auto table = CsvTable::read(file);
  if (!table) return propagate(table.error());
  const auto time = table->needed_column("time"), value = table->needed_column(column);
  if (!time) return propagate(time.error());
  if (!value) return propagate(value.error());
  std::vector<WallTime> times;
  std::vector<double> values;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const auto number = table->number(row, *value);
    if (!number) return propagate(number.error());
    const auto moment = moment_in(*table, row, *time);
    if (!moment) return propagate(moment.error());
    if (!*number) continue;
    if (!(**number >= low && **number <= high))
      return fail(ErrorKind::malformed, table->where(row), "{} is {:g}, beyond {:g} to {:g}", column,
                  **number, low, high);
    if (!times.empty() && *moment <= times.back())
      return fail(ErrorKind::malformed, table->where(row), "time does not rise");
    times.push_back(*moment);
    values.push_back(**number);
  }
  if (times.empty()) return fail(ErrorKind::malformed, file.string(), "has no {}", column);
  return TimedSeries(std::move(times), std::move(values));
}

}  // namespace joulecast::session
