#include "formats/support/log_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "formats/support/civil_time.hpp"

namespace joulecast::formats {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::size_t most_notes = 20;

/// Whether summer time can begin or end in this hour: the clock reads 00:00 to 03:59 afterwards.
constexpr bool at_changing_hour(std::int64_t us) {
  const auto hour = us / (3600 * second_us) % 24;
  return hour <= 3;
}

/// A silence is longer than so many periods.
constexpr std::int64_t longest_of_periods = 5;
constexpr std::uint64_t intervals_to_judge = 4;

}  // namespace

std::int64_t RhythmWatch::period_us() const {
  const auto known = std::min<std::uint64_t>(count_, last_.size());
  if (known == 0) return 0;
  auto sorted = last_;
  std::nth_element(sorted.begin(), sorted.begin() + known / 2, sorted.begin() + known);
  return sorted[known / 2];
}

bool RhythmWatch::is_silence(std::int64_t interval_us) {
  bool silence = false;
  if (interval_us > second_us && interval_us > 2 * expected_us_) {
    expected_us_ = period_us();
    silence = count_ >= intervals_to_judge && interval_us > longest_of_periods * expected_us_;
  }
  last_[count_++ % last_.size()] = interval_us;  // silences count too, since eight of them are a new rhythm
  return silence;
}

std::vector<RhythmWatch::Silence> RhythmWatch::early_silences(bool at_end) {
  constexpr std::uint64_t enough = 8;
  constexpr std::uint64_t fewest = 3;
  if (judged_early_ || count_ < fewest || (count_ < enough && !at_end)) return {};
  judged_early_ = true;
  std::vector<Silence> silences;
  std::int64_t at = 0;
  const auto period = period_us();
  for (std::size_t i = 0; i < std::min(count_, intervals_to_judge); ++i) {
    const auto interval = last_[i];
    if (interval > second_us && interval > longest_of_periods * period)
      silences.push_back({at, at + interval});
    at += interval;
  }
  return silences;
}

LogClock::Moment LogClock::look_closer(std::int64_t raw_us, std::int64_t last_us, std::int64_t period_us) {
  const auto us = raw_us + offset_us_;
  const auto slack = std::max(5 * second_us, 5 * period_us);
  const auto step = us - last_us;
  if (step >= 0) {
    // Start of summer time: an hour is missing, beginning at a full hour, and besides it at most a few
    // periods.
    const auto without = step - hour_us;
    const bool skips_an_hour = std::abs(without) <= slack && without >= 0;
    if (skips_an_hour && at_changing_hour(raw_us) && raw_us % hour_us <= without) {
      offset_us_ -= hour_us;
      note(raw_us, "the clock goes forward by an hour");
      return {us - hour_us, false};
    }
    return {us, false};
  }
  const auto with_hour = us + hour_us;
  if (with_hour >= last_us && with_hour - last_us <= slack && at_changing_hour(raw_us) &&
      raw_us % hour_us <= with_hour - last_us) {
    offset_us_ += hour_us;
    note(raw_us, "the clock goes back by an hour");
    return {with_hour, false};
  }
  // Before a period is known, a second is more than any two writers differ by at the start of a file.
  if (-step < (period_us > 0 ? period_us : second_us)) {
    ++disordered_;
    return {last_us, false, true};
  }
  const auto resumed = last_us + std::max<std::int64_t>(period_us, 1000);
  note(raw_us, fmt::format("the clock was set back by {:.3f} s", static_cast<double>(resumed - us) * 1e-6));
  offset_us_ += resumed - us;
  return {resumed, true};
}

std::vector<std::string> LogClock::notes() const {
  auto notes = notes_;
  if (disordered_ != 0)
    notes.push_back(
        fmt::format("{} rows are older than the row before them, as where two recorders write one file; they "
                    "were left out",
                    disordered_));
  return notes;
}

void LogClock::note(std::int64_t raw_us, std::string text) {
  if (notes_.size() < most_notes)
    notes_.push_back(fmt::format("{}: {}", compact_civil(raw_us).text, std::move(text)));
}

}  // namespace joulecast::formats
