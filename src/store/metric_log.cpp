#include "store/metric_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace joulecast::store {
namespace {

constexpr std::uint64_t kept_at_each_stride = 10'000;
constexpr std::size_t most_names = 10'000;

}  // namespace

bool MetricLog::take(const trace::MetricPoint& point) {
  auto found = series_.find(point.name);
  if (found == series_.end()) {
    if (series_.size() >= most_names) {
      ++nameless_;
      return false;
    }
    found = series_.emplace(point.name, Series{}).first;
  }
  auto& series = found->second;
  const auto doublings = std::min<std::uint64_t>(series.kept / kept_at_each_stride, 40);
  const bool keep = series.told++ % (std::uint64_t{1} << doublings) == 0;
  if (keep) {
    ++series.kept;
    series.last.reset();
  } else {
    series.last = point;
  }
  return keep;
}

std::vector<trace::MetricPoint> MetricLog::take_last() {
  std::vector<trace::MetricPoint> points;
  for (auto& [name, series] : series_) {
    if (!series.last) continue;
    points.push_back(*std::exchange(series.last, std::nullopt));
    ++series.kept;
  }
  return points;
}

std::vector<std::string> MetricLog::notes() const {
  std::vector<std::string> lines;
  constexpr std::size_t most_lines = 10;
  for (const auto& [name, series] : series_)
    if (series.kept < series.told && lines.size() < most_lines)
      lines.push_back(
          fmt::format("of {} values of the metric {} {} are kept: the first ones, and then fewer and fewer",
                      series.told, name, series.kept));
  if (nameless_ > 0)
    lines.push_back(
        fmt::format("{} values of metrics beyond the first {} names were left out", nameless_, most_names));
  return lines;
}

}  // namespace joulecast::store
