// Writes a run while it runs. A thread of its own commits within 0.75 s of what it is given, so that a killed
// process or machine loses little, and a slow or failing disk never delays the caller.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/store.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

struct WriterOptions {
  Seconds commit_interval{0.75};  ///< at the least, between the beginnings of two commits
  Seconds finish_timeout{10};     ///< how long finish() waits for a locked store
  std::size_t buffer_bytes =
      64u << 20;  ///< what is kept while the store cannot be written; more is dropped, counted
};

/// Every method may be called from any thread; none blocks on the disk but finish(), and none fails: what
/// goes wrong is in status(). Times are seconds from the run's start.
class RunWriter {
 public:
  /// Takes a store over and begins a run. Of `header` everything is kept but id, status, traces, epochs,
  /// metrics and projections; the id is new. `header.started` should be set.
  [[nodiscard]] static Result<RunWriter> begin(Store store, const trace::Run& header,
                                               WriterOptions options = {});
  RunWriter(RunWriter&&) noexcept;
  RunWriter& operator=(RunWriter&&) noexcept;
  ~RunWriter();  ///< closes a run that was not finished as interrupted

  [[nodiscard]] const std::string& id() const;

  /// While one lives nothing new is committed: what is given meanwhile is written together, with one wake-up
  /// of the writing thread and one sync of the disk. Must not outlive its writer.
  class [[nodiscard]] Batch {
   public:
    explicit Batch(RunWriter& writer);
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

   private:
    RunWriter& writer_;
  };

  /// Makes a channel known; the number that append() and gap() take.
  int add_channel(const trace::Channel& channel);
  /// Values as in trace::Trace. Times rise from call to call; a reading that does not is dropped and counted.
  void append(int channel, std::span<const double> times, std::span<const double> values);
  void append(int channel, double time, double value) { append(channel, {&time, 1}, {&value, 1}); }
  void gap(int channel, trace::Span span);
  /// The epoch at this place of the run's list of epochs (0, 1, …), new or again.
  void epoch(std::size_t place, const trace::Epoch& epoch);
  void metric(const trace::MetricPoint& point);
  void projection(const trace::Projection& projection);
  /// Replaces what was said of sensors of the same name.
  void sensors(const std::vector<trace::SensorStatus>& statuses);
  void note(const std::string& text);
  void sampler_cpu(Seconds cpu);
  void idle_baseline(Watts power);
  /// What is learned during the run: the GPU, the total work, the framework. The id stays.
  void describe(const trace::RunInfo& info, const trace::HostInfo& host);

  /// The first failure that still stands; success again once what was waiting has been written.
  [[nodiscard]] Status status() const;
  /// Readings that could not be kept.
  [[nodiscard]] std::uint64_t dropped() const;

  /// Writes everything that waits and closes the run. Fails where something could not be stored.
  [[nodiscard]] Status finish(trace::RunStatus status, std::optional<int> exit_status, Seconds end);

 private:
  class Impl;
  explicit RunWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace joulecast::store
