// Energy of a trace over a span: trapezoid on irregular times, gaps by a stated policy.
#pragma once

#include <span>
#include <vector>

#include "trace/trace.hpp"

namespace joulecast::trace {

/// What to count inside a gap.
enum class GapPolicy {
  exclude,      ///< nothing; the coverage says how much is missing
  hold,         ///< the last power before the gap
  interpolate,  ///< a straight line between the powers on both sides
  bridge,       ///< the same line across a short gap; nothing in a long one, or between windows
};

/// A gap is long if it lasts longer than five of the steps around it (their median, eight on each side) and
/// longer than half of all the time that the trace covers. What was used in it would be a guess that
/// weighs more than a measurement's error. Whether a gap is long does not depend on the span that is asked
/// for, so that parts add up.
struct IntegrationOptions {
  GapPolicy gaps = GapPolicy::bridge;
  /// Two readings further apart than this are a gap, even if it is not among the trace's gaps; 0 = only those
  /// count.
  Seconds longest_step{0};
};

struct SpanEnergy {
  Joules energy{0};
  Seconds covered{0};  ///< of the span, with readings on both sides and no gap
  Seconds gap{0};      ///< inside gaps, whatever the policy filled in
  Seconds filled{
      0};  ///< of the gaps, where the policy counted a power: the energy is that of covered + filled
  Joules guessed{0};   ///< of the energy, what the policy counted in gaps
  Seconds outside{0};  ///< before the first or after the last reading: never counted, never extrapolated
  [[nodiscard]] double coverage() const;  ///< covered share of the span; 1 for an empty span
};

/// Energy of a power gauge or an energy counter over a span. invalid for other quantities.
/// An interval that crosses the span's edge is divided at the edge: the sum over any partition equals the
/// whole.
[[nodiscard]] Result<SpanEnergy> integrate(const Trace& trace, Span span, IntegrationOptions options = {});

/// The same for several spans of one trace.
[[nodiscard]] Result<std::vector<SpanEnergy>> integrate(const Trace& trace, std::span<const Span> spans,
                                                        IntegrationOptions options = {});

/// Mean of a gauge over the span, weighted by time; nothing where it has no reading there.
[[nodiscard]] std::optional<double> time_mean(const Trace& trace, Span span);

/// Value at a time by the line between its neighbours; nothing outside the trace.
[[nodiscard]] std::optional<double> value_at(const Trace& trace, Seconds time);

/// Energy accumulated since times[0], at each of the rising times: resampling that preserves energy exactly
/// at every node. The result is an energy counter; stretches that the policy leaves out or fills stay gaps of
/// the result.
[[nodiscard]] Result<Trace> accumulate(const Trace& trace, std::span<const double> times,
                                       IntegrationOptions options = {});

/// The same, added to what is there: to one value for each time, and to the gaps. Of a run with millions of
/// readings, each list of them costs more than the sums.
[[nodiscard]] Status add_accumulated(const Trace& trace, std::span<const double> times,
                                     IntegrationOptions options, std::vector<double>& values,
                                     std::vector<Span>& gaps);

}  // namespace joulecast::trace
