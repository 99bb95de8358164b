// Readings of one channel as the store keeps them, whatever database is behind it. Internal to the store.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace joulecast::store {

/// Times in microseconds, rising strictly.
using Times = std::vector<std::int64_t>;

/// Readings of one channel that wait to be written.
struct Column {
  int channel = 0;
  Times times = {};
  std::vector<double> values = {};
};

/// Samples in a chunk, at most.
constexpr std::size_t chunk_length = 2048;

/// Columns by their times: one read call of a sensor stamps all of its channels alike.
[[nodiscard]] std::map<Times, std::vector<const Column*>> group_by_times(std::span<const Column> columns);

/// Integral over time by the trapezoid rule, in value x seconds.
[[nodiscard]] double integral_of(std::span<const std::int64_t> times, std::span<const double> values);

}  // namespace joulecast::store
