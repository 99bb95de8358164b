// Makes the local wall-clock times of a log rise again: daylight saving, a clock that was set, long silences.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace joulecast::formats {

/// How often a source speaks: the median of its last intervals.
class RhythmWatch {
 public:
  /// Notes an interval and says whether it is a silence: more than five times the rhythm, and more than a
  /// second.
  bool is_silence(std::int64_t interval_us);
  /// 0 = not known yet.
  [[nodiscard]] std::int64_t period_us() const;

 private:
  std::array<std::int64_t, 16> last_{};
  std::uint64_t count_ = 0;
  std::int64_t expected_us_ = 0;  ///< the median when it was last needed
};

/// One log's local time as it would have run without anybody touching the clock.
class LogClock {
 public:
  struct Moment {
    std::int64_t us;  ///< on the log's own rising time scale
    bool after_jump;  ///< how long ago the last reading was is not known
  };

  /// `raw_us` is the time as written, `last_us` the last result for the same device, `rhythm` its intervals.
  /// A step of one hour at a full hour of the night is daylight saving and costs nothing; another step back
  /// means that the clock was set, and the log goes on one period later.
  [[nodiscard]] Moment resolve(std::int64_t raw_us, std::int64_t last_us, const RhythmWatch& rhythm) {
    const auto us = raw_us + offset_us_;
    const auto step = us - last_us;
    if (step >= 0 && step < shortest_suspect_us) [[likely]]
      return {us, false};
    return look_closer(raw_us, last_us, rhythm.period_us());
  }

  /// What is added to a written time at the moment.
  [[nodiscard]] std::int64_t offset_us() const { return offset_us_; }
  /// What happened, for people.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  static constexpr std::int64_t hour_us = 3'600'000'000;
  static constexpr std::int64_t shortest_suspect_us = hour_us - 60'000'000;
  [[nodiscard]] Moment look_closer(std::int64_t raw_us, std::int64_t last_us, std::int64_t period_us);
  void note(std::int64_t raw_us, std::string text);

  std::int64_t offset_us_ = 0;  ///< to be added to what is written
  std::vector<std::string> notes_;
};

}  // namespace joulecast::formats
