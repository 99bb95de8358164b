#include "store/column.hpp"

namespace joulecast::store {

std::map<Times, std::vector<const Column*>> group_by_times(std::span<const Column> columns) {
  std::map<Times, std::vector<const Column*>> groups;
  for (const auto& column : columns)
    if (!column.times.empty()) groups[column.times].push_back(&column);
  return groups;
}

double integral_of(std::span<const std::int64_t> times, std::span<const double> values) {
  double sum = 0;
  for (std::size_t i = 1; i < times.size(); ++i)
    sum += 0.5 * (values[i] + values[i - 1]) * static_cast<double>(times[i] - times[i - 1]);
  return sum * 1e-6;
}

}  // namespace joulecast::store
