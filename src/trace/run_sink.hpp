// The interface through which a run passes, piece by piece, from its source to its destination. A live
// recording, an import into the store and a collection in memory are all sinks. So a run of any length needs
// only constant memory.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::trace {

/// Takes runs one after the other: begin, then the parts in any order, then end. Calls never fail: status()
/// has the first failure, later calls do nothing more, and end() returns it.
class RunSink {
 public:
  virtual ~RunSink() = default;

  /// `header` has what is known at the beginning: none of its parts: no traces, epochs, phases, metrics …
  virtual void begin(const Run& header) = 0;
  /// Channels are numbered from 0 in the order of these calls.
  virtual void channel(const Channel& channel) = 0;
  /// Readings as a Trace holds them: times rise from call to call, no NaN, counters in joules since the
  /// first.
  virtual void append(std::size_t channel, std::span<const double> times, std::span<const double> values) = 0;
  void append(std::size_t channel, double time, double value) {
    append(channel, std::span(&time, 1), std::span(&value, 1));
  }
  virtual void gap(std::size_t channel, Span span) = 0;
  /// The epoch at this index of the run's list of epochs. An epoch may be sent again with new data.
  virtual void epoch(std::size_t place, const Epoch& epoch) = 0;
  virtual void metric(const MetricPoint& point) = 0;
  /// The phase at this index of the run's list of phases. A phase may be sent again as it goes on.
  virtual void phase(std::size_t place, const Phase& phase) = 0;
  /// Points of one phase after the other, in the order of time.
  virtual void progress(const ProgressPoint& point) = 0;
  /// The window at this index of the run's list of windows; sent when it ends.
  virtual void window(std::size_t place, const Window& window) = 0;
  virtual void projection(const Projection& projection) = 0;
  /// A note for the reader of the run. It is added to the header's notes.
  virtual void note(const std::string& text) = 0;
  /// The header again, with what was learned since: the GPU, the total work, the framework.
  virtual void describe(const Run& header) = 0;
  /// The header for the last time, with how the run ended: status, exit status, span, sensors.
  [[nodiscard]] virtual Status end(const Run& header) = 0;

  [[nodiscard]] virtual Status status() const = 0;
};

/// Discards everything, for users who only need the totals of a recorder.
class NullSink : public RunSink {
 public:
  using RunSink::append;
  void begin(const Run&) override {}
  void channel(const Channel&) override {}
  void append(std::size_t, std::span<const double>, std::span<const double>) override {}
  void gap(std::size_t, Span) override {}
  void epoch(std::size_t, const Epoch&) override {}
  void metric(const MetricPoint&) override {}
  void phase(std::size_t, const Phase&) override {}
  void progress(const ProgressPoint&) override {}
  void window(std::size_t, const Window&) override {}
  void projection(const Projection&) override {}
  void note(const std::string&) override {}
  void describe(const Run&) override {}
  [[nodiscard]] Status end(const Run&) override { return {}; }
  [[nodiscard]] Status status() const override { return {}; }
};

/// The run without its parts: traces, epochs, phases, progress, windows, metrics and projections.
[[nodiscard]] Run header_of(const Run& run);

/// Sends a whole run to a sink, a stretch of each channel in turn, as a sampler would.
[[nodiscard]] Status replay(const Run& run, RunSink& sink);

}  // namespace joulecast::trace
