// What was forecast of a run while it ran, and how right such forecasts have been on its machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/run_store.hpp"
#include "trace/run.hpp"

namespace joulecast::session {

struct ForecastPoint {
  double share = 0;  ///< of the work that was done
  Joules total{0};
  std::optional<Joules> low;
  std::optional<Joules> high;
  bool ready = false;
};

struct ForecastCourse {
  std::vector<ForecastPoint> points;
  bool replayed = false;  ///< the run has no forecasts of its own; these are made from its record now
  /// What a finished run came to; of a replay, only if all of the work was done.
  std::optional<Joules> truth;
};

/// The forecasts that the run made while it ran, without those that were withdrawn; else what a replay of its
/// record says. unavailable, with the reason, if neither is possible.
[[nodiscard]] Result<ForecastCourse> forecast_course(const trace::Run& run, std::optional<Joules> total);

/// A forecast made at about this share of the work, in all runs that made one.
struct ForecastAccuracy {
  double share = 0;
  std::size_t runs = 0;
  double median_error = 0;  ///< |forecast / truth - 1|
  double worst_error = 0;
  std::size_t with_interval = 0;
  std::size_t inside = 0;  ///< of those with an interval: it contained the truth
};

struct ForecastRecord {
  std::string host;
  std::size_t runs = 0;  ///< finished runs with forecasts; the latest ones
  std::vector<ForecastAccuracy> at;
  /// The first forecast of each run that called itself ready; its share is the median.
  std::optional<ForecastAccuracy> ready;
};

/// Of the finished runs of one machine, the latest 200 at most. unavailable if none has forecasts.
[[nodiscard]] Result<ForecastRecord> forecast_record(const store::RunStore& store, const std::string& host);

}  // namespace joulecast::session
