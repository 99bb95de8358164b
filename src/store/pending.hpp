// The data that a run's writer has not written yet. Internal to the store.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/column.hpp"
#include "store/progress_log.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

struct Pending {
  std::map<int, Column> columns;
  std::vector<std::pair<std::size_t, trace::Channel>> channels;  ///< new channels with their numbers
  std::vector<std::pair<int, trace::Span>> gaps;
  std::map<std::size_t, trace::Epoch> epochs;
  std::map<std::size_t, trace::Phase> phases;
  ProgressParts progress;
  std::map<std::size_t, trace::Window> windows;
  std::vector<trace::MetricPoint> metrics;
  std::vector<trace::Projection> projections;
  std::vector<std::string> notes;
  std::optional<trace::Run> header;  ///< the latest header
  std::optional<Seconds> latest;     ///< the latest time in any of the pending data
  std::size_t bytes = 0;             ///< approximate size of the samples and metrics

  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool only_readings() const;
  [[nodiscard]] std::size_t samples() const;  ///< number of samples of the longest channel
  void saw(Seconds time) { latest = latest ? std::max(*latest, time) : time; }
  /// Appends later data to what is already pending.
  void take(Pending&& later);
};

}  // namespace joulecast::store
