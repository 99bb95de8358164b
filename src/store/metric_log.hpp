// Which values of its metrics a run keeps. A training that tells one for every step may tell millions;
// readers want the first ones, the course and the last one. Internal to the store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trace/run.hpp"

namespace joulecast::store {

/// Of each metric the first 10,000 values are kept, then 10,000 of every second one, of every fourth, …, and
/// the last. Of names the first 10,000.
class MetricLog {
 public:
  /// Whether this value is to be kept now.
  [[nodiscard]] bool take(const trace::MetricPoint& point);
  /// The last value of each metric, where it was not kept. For the end of the run.
  [[nodiscard]] std::vector<trace::MetricPoint> take_last();
  /// What was left out, one line each.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  struct Series {
    std::uint64_t told = 0;
    std::uint64_t kept = 0;
    std::optional<trace::MetricPoint> last;  ///< if it was not kept
  };
  std::map<std::string, Series, std::less<>> series_;
  std::uint64_t nameless_ = 0;  ///< values of names beyond the last
};

}  // namespace joulecast::store
