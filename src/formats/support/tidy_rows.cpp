#include "formats/support/tidy_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "formats/support/civil_time.hpp"
#include "formats/support/log_time.hpp"
#include "formats/support/row_sequence.hpp"
#include "formats/support/timed_rows.hpp"

namespace joulecast::formats {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_us = 3600 * second_us;
constexpr std::int64_t year_2000_us = 946'684'800 * second_us;
/// A table of fewer rows tells nothing about its order.
constexpr std::size_t fewest_rows = 3;

struct Line {
  std::string_view text;
  std::string_view time_cell;
  std::int64_t us = 0;
  bool timed = false;
  bool zoned = false;
  bool dropped = false;
  bool rewritten = false;  ///< its time is not the one in its text
};

std::string iso_text(std::int64_t us, bool zoned) {
  const auto text = to_iso8601(WallTime{us * 1000}).substr(0, 19);
  const auto fraction = ((us % second_us) + second_us) % second_us;
  return fmt::format("{}.{:06}{}", text, fraction, zoned ? "Z" : "");
}

std::vector<std::string_view> first_lines(std::string_view text) {
  constexpr std::size_t enough = 600;
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < enough) {
    const auto end = std::min(text.find('\n'), text.size());
    if (const auto line = trim(text.substr(0, end)); !line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Most logs are: a quick look, which says no if anything is odd.
bool is_in_order(std::string_view text, std::size_t column) {
  CivilParser civil;
  const char* const end = text.data() + text.size();
  std::int64_t last = year_2000_us;
  std::size_t rows = 0, others = 0, equal = 0;
  for (const char* line = text.data(); line != end;) {
    const char* const stop = std::find(line, end, '\n');
    const char* cell = line;
    for (auto left = column; left != 0 && cell != stop; --left)
      if (cell = std::find(cell, stop, ','); cell != stop) ++cell;
    while (cell != stop && *cell == ' ') ++cell;
    line = stop == end ? end : stop + 1;
    std::int64_t us = 0;
    if (cell == stop || stop == end || civil.parse(cell, stop + 1, us) == nullptr) {
      ++others;
      continue;
    }
    if (us < last || (rows != 0 && us - last > hour_us)) return false;
    equal += us == last && us % second_us == 0 ? 1 : 0;
    last = us;
    ++rows;
  }
  return rows >= fewest_rows && equal == 0 && others * 10 < rows;
}

class Tidying {
 public:
  Tidying(std::string_view text, TimeColumns columns) : columns_(std::move(columns)) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      auto line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      lines_.emplace_back().text = line;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::optional<TidyText> run() {
    read_times();
    if (rows_.size() < fewest_rows) return std::nullopt;
    drop_rows_before_the_clock_was_set();
    drop_strays();
    spread_equal_stamps();
    const bool sorted = sort();
    if (!sorted && notes_.empty() && !rewrites_) return std::nullopt;
    return result();
  }

 private:
  void read_times() {
    std::vector<NumericDate> dates;
    for (auto& line : lines_) {
      line.time_cell = cell_at(line.text, columns_.date.value_or(columns_.time));
      if (const auto date = numeric_date_of(line)) dates.push_back(*date);
    }
    if (!dates.empty()) order_ = order_of(dates);
    for (auto& line : lines_) read_time(line);
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (lines_[i].timed) rows_.push_back(i);
    if (!rows_.empty()) first_row_ = rows_.front();
  }

  [[nodiscard]] std::optional<NumericDate> numeric_date_of(const Line& line) {
    if (!columns_.date) return parse_numeric_date(line.time_cell);
    clock_ = fmt::format("{} {}", line.time_cell, cell_at(line.text, columns_.time));
    return parse_numeric_date(clock_);
  }

  void read_time(Line& line) {
    if (const auto date = numeric_date_of(line)) {
      const auto us = moment_of(*date, order_);
      line.timed = line.rewritten = us.has_value();
      line.us = us.value_or(0);
      rewrites_ = rewrites_ || line.timed;
      return;
    }
    if (columns_.date) {
      take(line, parse_log_time(clock_));
    } else if (const auto us = parse_civil_us(line.time_cell); us && line.time_cell.back() != 'Z') {
      line.us = *us;
      line.timed = true;
      line.zoned = line.time_cell.size() > 19 && line.time_cell.find_first_of("+-", 19) != std::string::npos;
    } else {
      take(line, parse_log_time(line.time_cell));
    }
  }

  static void take(Line& line, const std::optional<LogTime>& time) {
    if (!time || time->kind != LogTime::Kind::moment) return;
    line.us = time->us;
    line.timed = true;
    line.zoned = time->zoned;
  }

  /// A day above 12 settles it; else the reading in which the times rise in the smallest steps.
  DateOrder order_of(const std::vector<NumericDate>& dates) {
    const auto days_first = std::ranges::count_if(dates, [](const auto& date) { return date.first > 12; });
    const auto days_second = std::ranges::count_if(dates, [](const auto& date) { return date.second > 12; });
    if (days_first != days_second)
      return days_first > days_second ? DateOrder::day_first : DateOrder::month_first;
    const auto way = [&](DateOrder order) {
      double sum = 0;
      std::optional<std::int64_t> last;
      for (const auto& date : dates)
        if (const auto us = moment_of(date, order)) {
          sum += last ? std::abs(static_cast<double>(*us - *last)) : 0;
          last = us;
        }
      return sum;
    };
    const double by_month = way(DateOrder::month_first);
    const double by_day = way(DateOrder::day_first);
    const auto order = by_day < by_month ? DateOrder::day_first : DateOrder::month_first;
    notes_.push_back(fmt::format("its dates do not tell day from month; they were read as {}{}",
                                 order == DateOrder::day_first ? "day/month" : "month/day",
                                 by_day == by_month ? "" : ", in which they lie closer together"));
    return order;
  }

  void drop(std::vector<std::size_t>& rows, std::string_view what) {
    if (rows.empty()) return;
    for (const auto i : rows) lines_[i].dropped = true;
    std::erase_if(rows_, [&](std::size_t i) { return lines_[i].dropped; });
    notes_.push_back(fmt::format("{} row{} {}: left out", rows.size(), rows.size() == 1 ? "" : "s", what));
  }

  void drop_rows_before_the_clock_was_set() {
    std::vector<std::size_t> early;
    for (const auto i : rows_)
      if (lines_[i].us < year_2000_us) early.push_back(i);
    if (early.size() * 2 < rows_.size()) drop(early, "from before the clock was set");
  }

  /// Single rows that are far from the rows on both sides, which are near each other; and a first or last one
  /// that is further away than the others last.
  void drop_strays() {
    std::vector<std::size_t> strays;
    const auto us = [&](std::size_t row) { return lines_[rows_[row]].us; };
    const auto n = rows_.size();
    for (std::size_t i = 1; i + 1 < n; ++i) {
      const auto across = std::abs(us(i + 1) - us(i - 1));
      const auto away = std::min(std::abs(us(i) - us(i - 1)), std::abs(us(i) - us(i + 1)));
      if (away > hour_us && away > 100 * across) strays.push_back(rows_[i]);
    }
    constexpr std::size_t most_of_the_rows = 20;
    if (n >= 10) {
      const auto rest = std::abs(us(n - 2) - us(1));
      if (std::abs(us(1) - us(0)) > std::max(hour_us, 10 * rest)) strays.push_back(rows_[0]);
      if (std::abs(us(n - 1) - us(n - 2)) > std::max(hour_us, 10 * rest)) strays.push_back(rows_[n - 1]);
    }
    if (strays.size() * most_of_the_rows <= n) drop(strays, "far away in time from the rows around");
  }

  [[nodiscard]] std::string device_of(const Line& line) const {
    std::string key;
    for (const auto column : columns_.devices) key.append(cell_at(line.text, column)).push_back(',');
    return key;
  }

  /// A recorder that is faster than its stamps of whole seconds.
  void spread_equal_stamps() {
    constexpr std::size_t least_share = 5;
    if (columns_.devices.empty() || columns_.date) return;
    std::size_t repeated = 0;
    for (const auto i : rows_)
      if (lines_[i].us % second_us != 0) return;
    each_second([&](const auto& of_device) { repeated += of_device.size() - 1; });
    if (repeated * least_share < rows_.size()) return;
    each_second([&](const auto& of_device) {
      const auto count = static_cast<std::int64_t>(of_device.size());
      for (std::int64_t i = 1; i < count; ++i) {
        auto& line = lines_[of_device[static_cast<std::size_t>(i)]];
        line.us += i * second_us / count;
        line.rewritten = rewrites_ = true;
      }
    });
    notes_.emplace_back("several rows have the same whole second: they were spread evenly over it");
  }

  /// Passes on the places of the rows that each device has in each second.
  template <class Take>
  void each_second(Take take) {
    for (std::size_t begin = 0; begin < rows_.size();) {
      const auto second = lines_[rows_[begin]].us;
      std::map<std::string, std::vector<std::size_t>> by_device;
      auto end = begin;
      for (; end < rows_.size() && lines_[rows_[end]].us == second; ++end)
        by_device[device_of(lines_[rows_[end]])].push_back(rows_[end]);
      for (const auto& [device, of_device] : by_device) take(of_device);
      begin = end;
    }
  }

  /// Whether lines without a time say that other columns follow.
  [[nodiscard]] bool changes_its_columns() const {
    std::string_view heading;
    for (const auto& line : lines_) {
      if (line.timed || trim(line.text).empty()) continue;
      const bool words = std::ranges::none_of(split(line.text, ','), [](std::string_view cell) {
        return trim(cell).empty() || parse_double(trim(cell));
      });
      if (!words || line.text.find(',') == std::string_view::npos) continue;
      if (heading.empty()) heading = line.text;
      if (line.text != heading) return true;
    }
    return false;
  }

  bool sort() {
    std::vector<SequenceRow> rows;
    rows.reserve(rows_.size());
    for (const auto i : rows_) rows.push_back({lines_[i].us, lines_[i].text});
    const auto sequence = sequence_of(rows);
    if (sequence == RowSequence::as_written || changes_its_columns()) return false;
    if (sequence == RowSequence::newest_first) std::ranges::reverse(rows_);
    std::ranges::stable_sort(rows_, {}, [&](std::size_t i) { return lines_[i].us; });
    notes_.emplace_back(sequence == RowSequence::newest_first
                            ? "its rows are newest first: they were sorted by time"
                            : "its rows are not in the order of time: they were sorted");
    drop_copies();
    return true;
  }

  void drop_copies() {
    std::vector<std::size_t> copies;
    for (std::size_t i = 1; i < rows_.size(); ++i)
      for (auto j = i; j-- > 0 && lines_[rows_[j]].us == lines_[rows_[i]].us;)
        if (lines_[rows_[j]].text == lines_[rows_[i]].text) {
          copies.push_back(rows_[i]);
          break;
        }
    drop(copies, "that the file has twice");
    is_sorted_ = true;
  }

  TidyText result() {
    TidyText tidy;
    tidy.notes = std::move(notes_);
    if (is_sorted_) {
      for (std::size_t i = 0; i < first_row_; ++i) put(tidy, i);
      for (const auto i : rows_) {
        put(tidy, i);
        for (auto next = i + 1; next < lines_.size() && !lines_[next].timed; ++next)
          if (!is_heading(next)) put(tidy, next);
      }
    } else {
      for (std::size_t i = 0; i < lines_.size(); ++i)
        if (!lines_[i].dropped) put(tidy, i);
    }
    return tidy;
  }

  [[nodiscard]] bool is_heading(std::size_t i) const {
    return std::ranges::any_of(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(first_row_),
                               [&](const Line& line) { return !line.timed && line.text == lines_[i].text; });
  }

  void put(TidyText& tidy, std::size_t i) const {
    const auto& line = lines_[i];
    if (line.rewritten) {
      const auto begin = static_cast<std::size_t>(line.time_cell.data() - line.text.data());
      auto time = iso_text(line.us, line.zoned);
      if (columns_.date) time.resize(10);  // the clock stays in its own column
      tidy.text.append(line.text.substr(0, begin)).append(time);
      tidy.text.append(line.text.substr(begin + line.time_cell.size()));
    } else {
      tidy.text += line.text;
    }
    tidy.text += '\n';
    tidy.lines.push_back(i);
  }

  std::vector<Line> lines_;
  std::vector<std::size_t> rows_;  ///< places of the lines with a time, in the order in which they are taken
  TimeColumns columns_;
  std::size_t first_row_ = 0;  ///< place of the first line with a time
  DateOrder order_ = DateOrder::month_first;
  std::string clock_;
  std::vector<std::string> notes_;
  bool rewrites_ = false;
  bool is_sorted_ = false;
};

}  // namespace

std::optional<TidyText> tidy_rows(std::string_view text, std::string_view time_heading) {
  const auto columns = find_time_columns(first_lines(text), time_heading);
  if (!columns || (!columns->date && is_in_order(text, columns->time))) return std::nullopt;
  return Tidying(text, *columns).run();
}

}  // namespace joulecast::formats
