// Makes the local times of a log rise steadily despite daylight saving, a clock that was set, and long
// silences.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace joulecast::formats {

/// Estimates how often a source writes: the median of its last intervals.
class RhythmWatch {
 public:
  /// Adds an interval and returns whether it is a silence: more than five times the median and more than one
  /// second.
  bool is_silence(std::int64_t interval_us);
  /// The silences among the first intervals, which were too few to judge by when they came: from and to which
  /// microsecond behind the first reading they last. Told once, when eight intervals are known or at the end.
  struct Silence {
    std::int64_t begin_us, end_us;
  };
  [[nodiscard]] std::vector<Silence> early_silences(bool at_end = false);
  [[nodiscard]] bool judged_early() const { return judged_early_; }
  /// 0 = unknown so far.
  [[nodiscard]] std::int64_t period_us() const;

 private:
  std::array<std::int64_t, 16> last_{};
  std::uint64_t count_ = 0;
  bool judged_early_ = false;
  std::int64_t expected_us_ = 0;  ///< the median at the last time it was needed
};

/// The local time of one log as if nobody had changed the clock.
class LogClock {
 public:
  struct Moment {
    std::int64_t us;  ///< on the log's own rising time scale
    bool after_jump;  ///< the time since the previous reading is unknown
    /// A step back shorter than a period: the row is out of order, as where two recorders write one file. It
    /// has to be left out.
    bool disorder = false;
  };

  /// `raw_us` is the time as written, `last_us` the previous result for the same device, and `rhythm` the
  /// device's intervals. A step of one hour at a full hour of the night is daylight saving and is removed. A
  /// step back of less than a period is disorder. Any other one means that the clock was set: the log then
  /// continues one period later.
  [[nodiscard]] Moment resolve(std::int64_t raw_us, std::int64_t last_us, const RhythmWatch& rhythm) {
    const auto us = raw_us + offset_us_;
    const auto step = us - last_us;
    if (step >= 0 && step < shortest_suspect_us) [[likely]]
      return {us, false};
    return look_closer(raw_us, last_us, rhythm.period_us());
  }

  /// The offset that is currently added to written times.
  [[nodiscard]] std::int64_t offset_us() const { return offset_us_; }
  /// The corrections so far, for the user.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  static constexpr std::int64_t hour_us = 3'600'000'000;
  static constexpr std::int64_t shortest_suspect_us = hour_us - 60'000'000;
  [[nodiscard]] Moment look_closer(std::int64_t raw_us, std::int64_t last_us, std::int64_t period_us);
  void note(std::int64_t raw_us, std::string text);

  std::int64_t offset_us_ = 0;  ///< added to the written time
  std::vector<std::string> notes_;
  std::uint64_t disordered_ = 0;
};

}  // namespace joulecast::formats
