// Records a run while it runs. A thread keeps new data within 0.75 s, so that little is lost if the process
// or the machine is killed. A slow or failing disk never delays the caller.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "store/patience.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::store {

class LiveRun;

struct WriterOptions {
  /// Least time between the beginnings of two commits.
  Seconds commit_interval{0.75};
  /// Readings alone are kept beside the store for this long before a commit takes them in.
  Seconds longest_without_commit{7};
  /// How long end() waits for a locked store. Less if the store's patience is over before.
  Seconds finish_timeout{10};
  std::shared_ptr<const Patience> patience = {};  ///< the one that the store was opened with
  /// Bytes to keep while the store cannot be written. Beyond it, readings and metrics are dropped and
  /// counted.
  std::size_t buffer_bytes = 64u << 20;
  /// Makes a folder for a spare store and returns the store's path. Called on the writing thread if the store
  /// is lost while the run runs, or takes nothing when it ends; the run then goes on there. Empty = the run
  /// is given up.
  std::function<Result<std::string>()> spare = {};
};

/// A run that goes on in a spare store.
struct Move {
  std::string store;
  std::string reason;
};

/// A run that its store does not take at present, all of which is in a file on this machine.
struct Waiting {
  std::string journal;
  std::string reason;
};

/// One run that RunStore::record() has begun. All methods may be called from any thread. Only end() waits for
/// the disk. Times are seconds from the run's start.
class RunWriter final : public trace::RunSink {
 public:
  RunWriter(std::unique_ptr<LiveRun> run, WriterOptions options);
  ~RunWriter() override;  ///< closes the run as interrupted unless end() was called
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  [[nodiscard]] const std::string& id() const;

  /// While a Batch exists nothing new is committed. Data given meanwhile is written together, which wakes the
  /// writing thread and syncs the disk only once. A Batch must not outlive its writer.
  class [[nodiscard]] Batch {
   public:
    explicit Batch(RunWriter& writer);
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

   private:
    RunWriter& writer_;
  };

  using RunSink::append;
  void begin(const trace::Run& header) override;
  void channel(const trace::Channel& channel) override;
  /// Readings whose time does not rise, or that are not numbers, are left out and counted.
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override;
  void gap(std::size_t channel, trace::Span span) override;
  void epoch(std::size_t place, const trace::Epoch& epoch) override;
  /// Of metrics with many values fewer and fewer are kept (MetricLog), and the last.
  void metric(const trace::MetricPoint& point) override;
  void phase(std::size_t place, const trace::Phase& phase) override;
  /// Long phases keep every second, fourth, … of their points, and those at the ends of epochs.
  void progress(const trace::ProgressPoint& point) override;
  /// Windows beyond the first 20,000 are left out and counted.
  void window(std::size_t place, const trace::Window& window) override;
  void projection(const trace::Projection& projection) override;
  void note(const std::string& text) override;
  /// Id, name, tags and start are not changed, because a user may have edited them meanwhile.
  void describe(const trace::Run& header) override;
  /// Writes all pending data and closes the run. Fails if something could not be stored.
  [[nodiscard]] Status end(const trace::Run& header) override;

  /// The current failure, or success. A failure is cleared once the pending data has been written.
  [[nodiscard]] Status status() const override;
  /// Nothing while the run is in its first store.
  [[nodiscard]] std::optional<Move> moved() const;
  /// Nothing if the store has, or will soon have, all that was written. After end() the next command that
  /// opens the store brings it the rest.
  [[nodiscard]] std::optional<Waiting> waiting() const;
  /// Number of readings that could not be stored.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace joulecast::store
