// Builds one trace from readings and absences in time order; what was missing becomes an explicit gap.
#pragma once

#include <optional>

#include "trace/trace.hpp"

namespace joulecast::formats {

class TraceBuilder {
 public:
  explicit TraceBuilder(trace::Channel channel) { trace_.channel = std::move(channel); }

  /// A value in the channel's base unit. A time that is not after the last one is dropped: the source
  /// repeated itself. An energy counter may give any zero point; a fall is a restart, and what was used
  /// across it is a gap.
  void add(double time, double value);
  /// The source was asked at this time and had nothing.
  void missing(double time);
  /// Something was lost here, nobody knows when: what lies between the readings on both sides is a gap.
  void interrupt();

  [[nodiscard]] const trace::Channel& channel() const { return trace_.channel; }
  [[nodiscard]] std::size_t size() const { return trace_.size(); }
  [[nodiscard]] trace::Trace finish() &&;

 private:
  /// Joules since the first reading; a fall is a restart, and the difference across it is lost.
  double accumulate(double time, double count);

  trace::Trace trace_;
  bool broken_ = false;  ///< a gap is open
  std::optional<double>
      broken_since_;  ///< where it began; nothing = before the first reading, at no known time
  std::optional<double> last_missing_;
  double last_count_ = 0;
};

}  // namespace joulecast::formats
