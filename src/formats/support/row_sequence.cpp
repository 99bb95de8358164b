#include "formats/support/row_sequence.hpp"

#include <algorithm>
#include <cstdlib>
#include <unordered_set>

namespace joulecast::formats {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t hour_us = 3600 * second_us;
/// So many steps back at most are taken for a clock that was set.
constexpr std::size_t most_settings_of_a_clock = 2;
/// Two times are near each other if they are no more than so many usual steps apart.
constexpr std::int64_t near_steps = 5;

bool is_daylight_saving(std::int64_t before, std::int64_t after, std::int64_t step) {
  const auto off = after - before + hour_us;
  return std::abs(off) <= near_steps * std::max(second_us, step) && after / hour_us % 24 <= 3;
}

/// Judges one step back: whether the rows behind it belong before or beside the rows in front of it.
class StepBack {
 public:
  StepBack(const std::vector<SequenceRow>& rows, std::size_t at, std::size_t end, std::int64_t step)
      : rows_(rows), at_(at), end_(end), near_(near_steps * step) {
    const auto by_time = [](const auto& row) { return row.us; };
    const auto [low, high] =
        std::ranges::minmax_element(rows.begin(), rows.begin() + offset(at), {}, by_time);
    low_ = low->us;
    high_ = high->us;
    last_ = std::ranges::max_element(rows.begin() + offset(at), rows.begin() + offset(end), {}, by_time)->us;
  }

  [[nodiscard]] bool is_disorder() const {
    const bool joins_the_beginning = std::abs(last_ - low_) <= near_ && end_ - at_ > 1;
    const bool begins_again = std::abs(rows_[at_].us - low_) <= near_ && at_ > near_steps;
    return joins_the_beginning || begins_again || is_copy() || fills_a_hole();
  }

 private:
  static std::ptrdiff_t offset(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

  /// Half of its rows are there already, word by word.
  [[nodiscard]] bool is_copy() const {
    std::unordered_set<std::string_view> known;
    for (std::size_t i = 0; i < at_; ++i) known.insert(rows_[i].text);
    std::size_t beside = 0, copies = 0;
    for (auto i = at_; i < end_ && rows_[i].us <= high_; ++i) {
      ++beside;
      copies += known.contains(rows_[i].text) ? 1 : 0;
    }
    return copies * 2 > beside && copies > 1;
  }

  /// Late rows: the rows in front of them left out their time.
  [[nodiscard]] bool fills_a_hole() const {
    const auto from = rows_[at_].us;
    const auto to = std::min(last_, high_);
    std::size_t late = 0, there = 0;
    for (auto i = at_; i < end_; ++i) late += rows_[i].us <= to ? 1 : 0;
    for (std::size_t i = 0; i < at_; ++i) there += rows_[i].us >= from && rows_[i].us < high_ - near_ ? 1 : 0;
    return from >= low_ && from > high_ - hour_us && there == 0 && late > 0 && jumps_back_to_the_front();
  }

  /// Behind the late rows the log goes on where it was.
  [[nodiscard]] bool jumps_back_to_the_front() const {
    for (auto i = at_ + 1; i < end_; ++i)
      if (rows_[i - 1].us < high_ && rows_[i].us > high_) return rows_[i].us - rows_[i - 1].us > near_ / 2;
    return false;
  }

  const std::vector<SequenceRow>& rows_;
  std::size_t at_;
  std::size_t end_;
  std::int64_t near_;
  std::int64_t low_ = 0;  ///< earliest and latest time in front of the step
  std::int64_t high_ = 0;
  std::int64_t last_ = 0;  ///< latest time behind it
};

}  // namespace

std::int64_t usual_step_us(std::vector<std::int64_t> times) {
  std::ranges::sort(times);
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < times.size(); ++i)
    if (times[i] > times[i - 1]) steps.push_back(times[i] - times[i - 1]);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  return *middle;
}

RowSequence sequence_of(const std::vector<SequenceRow>& rows) {
  std::vector<std::size_t> back;
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (rows[i].us < rows[i - 1].us) back.push_back(i);
  if (back.empty()) return RowSequence::as_written;
  if (back.size() * 10 > (rows.size() - 1) * 8 && rows.size() > 2) return RowSequence::newest_first;
  std::vector<std::int64_t> times;
  times.reserve(rows.size());
  for (const auto& row : rows) times.push_back(row.us);
  const auto step = usual_step_us(std::move(times));
  std::erase_if(back, [&](std::size_t i) {
    return rows[i - 1].us - rows[i].us <= step || is_daylight_saving(rows[i - 1].us, rows[i].us, step);
  });
  if (back.empty()) return RowSequence::as_written;
  if (back.size() > most_settings_of_a_clock) return RowSequence::in_parts;
  for (std::size_t i = 0; i < back.size(); ++i) {
    const auto end = i + 1 < back.size() ? back[i + 1] : rows.size();
    if (!StepBack(rows, back[i], end, step).is_disorder()) return RowSequence::as_written;
  }
  return RowSequence::in_parts;
}

}  // namespace joulecast::formats
