// Holds an energy counter against the power that the same device tells. Counters of some drivers stand still,
// run at a wrong rate or lose what they have counted.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sampling/channel_recorder.hpp"

namespace joulecast::sampling {

/// Compares the two over windows of some seconds and tells the counter which of them it is not believed in.
/// Where the power is a mean over all the time between its readings, they may differ by 30 % (boards' meters
/// differ by 10 % in gain). Where power is only seen at moments, short loads make it wrong by up to 70 %
/// (Yang et al., arXiv 2312.02741), so only a factor of 2.5 counts against the counter.
class CounterCheck {
 public:
  /// Places of the counter and of the power gauge among the recorder's channels.
  CounterCheck(std::size_t counter, std::size_t gauge) : counter_(counter), gauge_(gauge) {}

  [[nodiscard]] std::size_t counter() const { return counter_; }
  [[nodiscard]] std::size_t gauge() const { return gauge_; }

  /// Compares what both have measured since the last look. At the end of a run a shorter window is judged
  /// too.
  void look(ChannelRecorder& counter, ChannelRecorder& gauge, bool at_end);
  /// For the run's notes, where the counter was not believed: "not believed for 9.00 s: it counts 18.0 J
  /// where the power of its device makes 1.80 kJ".
  [[nodiscard]] std::optional<std::string> doubts() const;

 private:
  struct Point {
    Seconds time{0};
    Joules by_counter{0}, by_power{0};
    int counter_gaps = 0, gauge_gaps = 0;
  };
  [[nodiscard]] static std::optional<Point> point_of(const ChannelRecorder& counter,
                                                     const ChannelRecorder& gauge);
  static void watch_for_freeze(ChannelRecorder& counter, const ChannelRecorder& gauge, Seconds until);
  void begin_window(const Point& point, ChannelRecorder& gauge);
  void doubt(ChannelRecorder& counter, const Point& until);

  std::size_t counter_;
  std::size_t gauge_;
  std::optional<Point> begin_;
  int doubts_in_a_row_ = 0;
  /// The power in the last window in which both agreed, if it did not change at all.
  std::optional<Watts> unchanged_power_;
  Seconds doubted_{0};
  Joules doubted_by_counter_{0}, doubted_by_power_{0};
};

}  // namespace joulecast::sampling
