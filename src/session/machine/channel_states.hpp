// The latest reading of every channel, as a sink of the recorder's.
#pragma once

#include <optional>
#include <vector>

#include "trace/run_sink.hpp"

namespace joulecast::session {

class ChannelStates final : public trace::NullSink {
 public:
  using NullSink::append;

  struct Latest {
    Seconds time{0};
    double value = 0;            ///< of a gauge; of a counter the joules since its first reading
    Seconds changed{0};          ///< when the value last changed
    std::optional<Watts> power;  ///< of an energy counter: the mean between its last two changes
  };

  /// `counters` tells of each channel whether it is an energy counter.
  void expect(std::vector<bool> counters) { counters_ = std::move(counters); }
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override;
  /// The power of a counter over a gap is not known.
  void gap(std::size_t channel, trace::Span span) override;

  /// nullptr before the first reading.
  [[nodiscard]] const Latest* of(std::size_t channel) const;

 private:
  std::vector<bool> counters_;
  std::vector<std::optional<Latest>> latest_;
};

}  // namespace joulecast::session
