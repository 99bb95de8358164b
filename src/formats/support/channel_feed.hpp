// Turns a source's values for one channel, in time order, into readings and explicit gaps.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "trace/trace.hpp"

namespace joulecast::formats {

/// Receives the readings of one channel.
class ChannelOutput {
 public:
  virtual ~ChannelOutput() = default;
  [[nodiscard]] virtual Status append(std::span<const double> times, std::span<const double> values) = 0;
  [[nodiscard]] virtual Status gap(trace::Span span) = 0;
};

class ChannelFeed {
 public:
  explicit ChannelFeed(trace::Behaviour behaviour) : behaviour_(behaviour) {}

  /// Values are in the channel's base unit; NaN = the source had no value. A repeated or earlier time is
  /// dropped. An energy counter may start at any value. If it falls, it has restarted, and the energy across
  /// the restart is unknown: a gap. Other missing values of a counter need no gap, because the next
  /// difference includes their energy.
  [[nodiscard]] Status push(std::span<const double> times, std::span<const double> values,
                            ChannelOutput& output);
  /// Data was lost at an unknown time. The time between the readings on both sides becomes a gap.
  void interrupt();
  /// The energy used between two times that were pushed is not known, though a counter's values are.
  [[nodiscard]] Status lose(double begin, double end, ChannelOutput& output) {
    return put_gap(begin, end, output);
  }
  /// A gauge was silent between two readings that were pushed, as turned out later. Nothing new where a gap
  /// is known already.
  [[nodiscard]] Status silence(double begin, double end, ChannelOutput& output);
  /// Turns missing values at the end into a gap.
  [[nodiscard]] Status finish(ChannelOutput& output);

  /// What a counter has counted; 0 for a gauge.
  [[nodiscard]] double counted() const { return total_; }
  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] Seconds gaps() const { return gaps_; }
  [[nodiscard]] std::optional<double> first_time() const { return first_time_; }
  [[nodiscard]] std::optional<double> last_time() const { return last_time_; }
  /// When it was last tried to read: the time of the last value, or of the last that was missing.
  [[nodiscard]] std::optional<double> last_tried() const { return std::max(last_time_, last_missing_); }

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
  /// Where the gap began; nothing = before the first reading, at an unknown time.
  std::optional<double> broken_since_;
  std::optional<double> last_missing_;
  std::uint64_t samples_ = 0;
  Seconds gaps_{0};
  std::vector<trace::Span> first_gaps_;
  std::vector<double> scratch_;
};

/// A feed that collects the readings in a trace.
class TraceBuilder final : private ChannelOutput {
 public:
  explicit TraceBuilder(trace::Channel channel);
  void add(double time, double value);
  void missing(double time);
  void interrupt() { feed_.interrupt(); }
  /// The gauge was silent between two of its readings, as turned out later.
  void silence(double begin, double end) { std::ignore = feed_.silence(begin, end, *this); }
  [[nodiscard]] trace::Behaviour behaviour() const { return trace_.channel.behaviour; }
  [[nodiscard]] trace::Trace finish() &&;

 private:
  [[nodiscard]] Status append(std::span<const double> times, std::span<const double> values) override;
  [[nodiscard]] Status gap(trace::Span span) override;
  trace::Trace trace_;
  ChannelFeed feed_;
};

}  // namespace joulecast::formats
