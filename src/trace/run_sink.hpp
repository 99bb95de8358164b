// The one way a run goes, piece by piece, from whoever measures or reads it to whoever keeps it: a live
// recording, an import into the store and a collection in memory are all sinks. So a run of any length passes
// through in constant memory.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.hpp"
#include "trace/run.hpp"

namespace joulecast::trace {

/// Takes runs one after the other: begin, then their parts in any mixture, then end. No call stops its
/// caller: the first failure is in status(), the calls after it do nothing more, and end() returns it.
class RunSink {
 public:
  virtual ~RunSink() = default;

  /// `header` has what is known so far: no traces, epochs, metrics or projections.
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
  /// The epoch at this place (0, 1, …) of the run's list of epochs, new or again.
  virtual void epoch(std::size_t place, const Epoch& epoch) = 0;
  virtual void metric(const MetricPoint& point) = 0;
  virtual void projection(const Projection& projection) = 0;
  /// What a reader of the run has to know; it joins the header's notes.
  virtual void note(const std::string& text) = 0;
  /// The header again, with what was learned since: the GPU, the total work, the framework.
  virtual void describe(const Run& header) = 0;
  /// The header for the last time, with how the run ended: status, exit status, span, sensors.
  [[nodiscard]] virtual Status end(const Run& header) = 0;

  [[nodiscard]] virtual Status status() const = 0;
};

/// Keeps nothing: for those who only want what a recorder adds up on the way.
class NullSink : public RunSink {
 public:
  using RunSink::append;
  void begin(const Run&) override {}
  void channel(const Channel&) override {}
  void append(std::size_t, std::span<const double>, std::span<const double>) override {}
  void gap(std::size_t, Span) override {}
  void epoch(std::size_t, const Epoch&) override {}
  void metric(const MetricPoint&) override {}
  void projection(const Projection&) override {}
  void note(const std::string&) override {}
  void describe(const Run&) override {}
  [[nodiscard]] Status end(const Run&) override { return {}; }
  [[nodiscard]] Status status() const override { return {}; }
};

/// The run without its traces, epochs, metrics and projections.
[[nodiscard]] Run header_of(const Run& run);

/// Hands a whole run to a sink, a stretch of each channel in turn, as a sampler would.
[[nodiscard]] Status replay(const Run& run, RunSink& sink);

}  // namespace joulecast::trace
