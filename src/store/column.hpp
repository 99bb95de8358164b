// Readings of one channel in the form in which any kind of database stores them. Internal to the store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace joulecast::store {

/// Times in microseconds, strictly rising.
using Times = std::vector<std::int64_t>;

/// Readings of one channel that wait to be written.
struct Column {
  int channel = 0;
  Times times = {};
  std::vector<double> values = {};

  /// For so many samples more, so that no lack of memory comes between a sample's time and its value.
  void make_room(std::size_t more) {
    const auto size = times.size() + more;
    if (size <= times.capacity() && size <= values.capacity()) return;
    times.reserve(std::max(size, 2 * times.size()));
    values.reserve(std::max(size, 2 * values.size()));
  }
};

/// Largest number of samples in a chunk.
constexpr std::size_t chunk_length = 2048;

/// Groups columns with equal times. All channels that a sensor reads in one call have the same times.
[[nodiscard]] std::map<Times, std::vector<const Column*>> group_by_times(std::span<const Column> columns);

/// Integral over time by the trapezoid rule, in value x seconds.
[[nodiscard]] double integral_of(std::span<const std::int64_t> times, std::span<const double> values);

}  // namespace joulecast::store
