// Records a run while it runs. A thread of its own commits within 0.75 s of what it is given, so that a
// killed process or machine loses little, and a slow or failing disk never delays the caller.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "trace/run_sink.hpp"

namespace joulecast::store {

class LiveRun;

struct WriterOptions {
  Seconds commit_interval{0.75};  ///< at the least, between the beginnings of two commits
  Seconds finish_timeout{10};     ///< how long end() waits for a locked store
  std::size_t buffer_bytes =
      64u << 20;  ///< what is kept while the store cannot be written; more is dropped, counted
};

/// One run, which RunStore::record() has begun. Every method may be called from any thread, and none blocks
/// on the disk but end(). Times are seconds from the run's start.
class RunWriter final : public trace::RunSink {
 public:
  RunWriter(std::unique_ptr<LiveRun> run, WriterOptions options);
  ~RunWriter() override;  ///< closes a run that was not ended as interrupted
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

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

  using RunSink::append;
  void begin(const trace::Run& header) override;
  void channel(const trace::Channel& channel) override;
  /// A reading whose time does not rise or that is no number is left out and counted.
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override;
  void gap(std::size_t channel, trace::Span span) override;
  void epoch(std::size_t place, const trace::Epoch& epoch) override;
  void metric(const trace::MetricPoint& point) override;
  void projection(const trace::Projection& projection) override;
  void note(const std::string& text) override;
  /// Id, name, tags and start stay as they are: a user may have changed them meanwhile.
  void describe(const trace::Run& header) override;
  /// Writes everything that waits and closes the run. Fails where something could not be stored.
  [[nodiscard]] Status end(const trace::Run& header) override;

  /// The first failure that still stands; success again once what was waiting has been written.
  [[nodiscard]] Status status() const override;
  /// Readings that could not be kept.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace joulecast::store
