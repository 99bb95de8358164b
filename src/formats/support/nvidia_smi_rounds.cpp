#include "formats/support/nvidia_smi_rounds.hpp"

#include <algorithm>
#include <map>

namespace joulecast::formats::nvidia_smi {

Rounds::Rounds(const std::vector<std::int64_t>& times_us) {
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < times_us.size(); ++i) steps.push_back(times_us[i] - times_us[i - 1]);
  if (steps.size() < 5) return;
  auto sorted = steps;
  std::ranges::sort(sorted);
  // a quantile, so that a single stall of the disk does not count
  const auto longest = sorted[sorted.size() - 1 - sorted.size() / 16];
  threshold_us_ = longest / 4;
  if (sorted.front() < 0 || sorted.front() > threshold_us_ || sorted.front() > 100'000) return;
  std::map<std::size_t, int> sizes;
  std::size_t size = 1;
  int rounds = 0;
  for (const auto step : steps) {
    if (step <= threshold_us_) {
      ++size;
      continue;
    }
    ++sizes[size];
    ++rounds;
    size = 1;
  }
  const auto most = std::ranges::max_element(sizes, {}, [](const auto& entry) { return entry.second; });
  if (rounds >= 3 && most->second * 10 >= rounds * 6 && most->first <= most_gpus) gpus_ = most->first;
}

}  // namespace joulecast::formats::nvidia_smi
