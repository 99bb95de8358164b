// Keeps runs in memory.
#pragma once

#include <vector>

#include "trace/run_sink.hpp"

namespace joulecast::trace {

class RunCollector final : public RunSink {
 public:
  using RunSink::append;
  void begin(const Run& header) override;
  void channel(const Channel& channel) override;
  void append(std::size_t channel, std::span<const double> times, std::span<const double> values) override;
  void gap(std::size_t channel, Span span) override;
  void epoch(std::size_t place, const Epoch& epoch) override;
  void metric(const MetricPoint& point) override;
  void phase(std::size_t place, const Phase& phase) override;
  void progress(const ProgressPoint& point) override;
  void window(std::size_t place, const Window& window) override;
  void projection(const Projection& projection) override;
  void note(const std::string& text) override;
  void describe(const Run& header) override;
  [[nodiscard]] Status end(const Run& header) override;
  [[nodiscard]] Status status() const override { return {}; }

  [[nodiscard]] std::vector<Run>& runs() { return runs_; }

 private:
  std::vector<Run> runs_;
  std::vector<std::string> told_notes_;  ///< notes of the current run, besides its header's
};

}  // namespace joulecast::trace
