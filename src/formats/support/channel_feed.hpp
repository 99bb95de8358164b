// Turns what a source said of one channel, in time order, into readings and explicit gaps.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "trace/trace.hpp"

namespace joulecast::formats {

/// Where one channel's readings go.
class ChannelOutput {
 public:
  virtual ~ChannelOutput() = default;
  [[nodiscard]] virtual Status append(std::span<const double> times, std::span<const double> values) = 0;
  [[nodiscard]] virtual Status gap(trace::Span span) = 0;
};

class ChannelFeed {
 public:
  explicit ChannelFeed(trace::Behaviour behaviour) : behaviour_(behaviour) {}

  /// Values in the channel's base unit; NaN = the source was asked and had nothing. A time that is not after
  /// the last one is dropped: the source repeated itself. An energy counter may give any zero point; a fall
  /// is a restart, and the difference across it is lost: a gap. What else is missing from a counter is in its
  /// next difference.
  [[nodiscard]] Status push(std::span<const double> times, std::span<const double> values,
                            ChannelOutput& output);
  /// Something was lost here, nobody knows when: what lies between the readings on both sides is a gap.
  void interrupt();
  /// A trailing absence becomes a gap.
  [[nodiscard]] Status finish(ChannelOutput& output);

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] Seconds gaps() const { return gaps_; }
  [[nodiscard]] std::optional<double> first_time() const { return first_time_; }
  [[nodiscard]] std::optional<double> last_time() const { return last_time_; }

 private:
  [[nodiscard]] Status pass(std::span<const double> times, std::span<const double> values,
                            ChannelOutput& output);
  [[nodiscard]] Status put_gap(double begin, double end, ChannelOutput& output);
  void miss(double time);

  trace::Behaviour behaviour_;
  std::optional<double> first_time_;
  std::optional<double> last_time_;
  double last_count_ = 0;
  double total_ = 0;
  bool broken_ = false;  ///< a gap is open
  /// Where it began; nothing = before the first reading, at no known time
  std::optional<double> broken_since_;
  std::optional<double> last_missing_;
  std::uint64_t samples_ = 0;
  Seconds gaps_{0};
  std::vector<double> scratch_;
};

/// A feed that keeps its readings as a trace.
class TraceBuilder final : private ChannelOutput {
 public:
  explicit TraceBuilder(trace::Channel channel);
  void add(double time, double value);
  void missing(double time);
  void interrupt() { feed_.interrupt(); }
  [[nodiscard]] trace::Trace finish() &&;

 private:
  [[nodiscard]] Status append(std::span<const double> times, std::span<const double> values) override;
  [[nodiscard]] Status gap(trace::Span span) override;
  trace::Trace trace_;
  ChannelFeed feed_;
};

}  // namespace joulecast::formats
