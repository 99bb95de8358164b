// What a run's writer still has to write. Internal to the store.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/column.hpp"
#include "trace/run.hpp"

namespace joulecast::store {

struct Pending {
  std::map<int, Column> columns;
  std::vector<std::pair<std::size_t, trace::Channel>> channels;  ///< new ones by number
  std::vector<std::pair<int, trace::Span>> gaps;
  std::map<std::size_t, trace::Epoch> epochs;
  std::vector<trace::MetricPoint> metrics;
  std::vector<trace::Projection> projections;
  std::vector<std::string> notes;
  std::optional<trace::Run> header;  ///< the latest
  std::optional<Seconds> latest;     ///< the last time that anything here speaks of
  std::size_t bytes = 0;             ///< of samples, roughly

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t samples() const;  ///< of the channel with the most
  void saw(Seconds time) { latest = latest ? std::max(*latest, time) : time; }
  /// What came later joins what still waits.
  void take(Pending&& later);
};

}  // namespace joulecast::store
