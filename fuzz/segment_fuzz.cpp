// Arbitrary finite series for every detector, the streams and the search for epochs. The answer must lie
// within the series, or give a reason.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "stability/detector.hpp"
#include "stability/power_epochs.hpp"

namespace {

using namespace joulecast::stability;

// The first byte selects how the others become numbers: as raw doubles, or as small steps like a meter's. The
// series is long enough for every window and cycle, and short because the time grows with its square.
constexpr std::size_t longest = 300;
std::vector<double> series_from(const std::uint8_t* data, std::size_t size) {
  std::vector<double> series;
  if (size == 0) return series;
  const bool raw = data[0] % 2 == 0;
  const std::size_t width = raw ? sizeof(double) : 1;
  double level = 0;
  for (std::size_t at = 1; at + width <= size && series.size() < longest; at += width) {
    if (!raw) {
      level += static_cast<double>(static_cast<std::int8_t>(data[at]));
      series.push_back(level);
      continue;
    }
    double value = 0;
    std::memcpy(&value, data + at, sizeof value);
    if (std::isfinite(value)) series.push_back(value);
  }
  return series;
}

void require(bool held) {
  if (!held) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto series = series_from(data, size);
  for (const auto* detector : all_detectors()) {
    const auto point = detector->find(series, {});
    require(!point || point->index < series.size());
  }
  const auto found = epochs_from_power(series);
  if (!found) return 0;
  require(found->epochs.front().begin == 0);
  require(found->epochs.back().end == static_cast<double>(series.size()));
  for (std::size_t i = 0; i < found->epochs.size(); ++i) {
    require(found->epochs[i].begin <= found->epochs[i].end);
    require(i == 0 || found->epochs[i].begin == found->epochs[i - 1].end);
  }
  return 0;
}
