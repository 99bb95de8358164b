// Where imported runs go, piece by piece: so that a file of any length passes through in constant memory.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::formats {

/// Takes runs one after the other: begin, then channels and their readings, epochs and metrics in any
/// mixture, then end. A failure ends the import and is handed back to its caller.
class RunSink {
 public:
  virtual ~RunSink() = default;

  /// `header` has what is known so far: no traces, epochs or metrics.
  [[nodiscard]] virtual Status begin(const trace::Run& header) = 0;
  /// Channels are numbered from 0 in the order of these calls.
  [[nodiscard]] virtual Status channel(const trace::Channel& channel) = 0;
  /// Readings as a trace::Trace holds them: times rise from call to call, no NaN, counters in joules since
  /// the first.
  [[nodiscard]] virtual Status append(std::size_t channel, std::span<const double> times,
                                      std::span<const double> values) = 0;
  [[nodiscard]] virtual Status gap(std::size_t channel, trace::Span span) = 0;
  [[nodiscard]] virtual Status epoch(const trace::Epoch& epoch) = 0;
  [[nodiscard]] virtual Status metric(const trace::MetricPoint& point) = 0;
  /// The header again with what was learned since: span, status, description, notes.
  [[nodiscard]] virtual Status end(const trace::Run& header) = 0;
};

}  // namespace joulecast::formats
