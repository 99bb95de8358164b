// Keeps imported runs in memory.
#pragma once

#include <vector>

#include "formats/run_sink.hpp"

namespace joulecast::formats {

class RunCollector final : public RunSink {
 public:
  [[nodiscard]] Status begin(const trace::Run& header) override;
  [[nodiscard]] Status channel(const trace::Channel& channel) override;
  [[nodiscard]] Status append(std::size_t channel, std::span<const double> times,
                              std::span<const double> values) override;
  [[nodiscard]] Status gap(std::size_t channel, trace::Span span) override;
  [[nodiscard]] Status epoch(const trace::Epoch& epoch) override;
  [[nodiscard]] Status metric(const trace::MetricPoint& point) override;
  [[nodiscard]] Status end(const trace::Run& header) override;

  [[nodiscard]] std::vector<trace::Run>& runs() { return runs_; }

 private:
  std::vector<trace::Run> runs_;
};

/// Hands a whole run to a sink.
[[nodiscard]] Status replay(const trace::Run& run, RunSink& sink);

}  // namespace joulecast::formats
