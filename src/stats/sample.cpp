#include "stats/sample.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace joulecast::stats {

Status check_sample(std::string_view test, Sample sample, std::size_t least) {
  if (sample.size() < least) {
    return fail(ErrorKind::invalid, std::string(test), "needs at least {} values, has {}", least,
                sample.size());
  }
  if (!std::all_of(sample.begin(), sample.end(), [](double x) { return std::isfinite(x); })) {
    return fail(ErrorKind::invalid, std::string(test), "a value is not finite");
  }
  return {};
}

Status check_samples(std::string_view test, Samples groups, std::size_t least) {
  if (groups.size() < 2) {
    return fail(ErrorKind::invalid, std::string(test), "needs at least two groups, has {}", groups.size());
  }
  for (const auto& group : groups)
    if (auto status = check_sample(test, group, least); !status) return status;
  return {};
}

std::size_t total_size(Samples groups) {
  std::size_t n = 0;
  for (const auto& group : groups) n += group.size();
  return n;
}

bool is_constant(Sample sample) {
  return sample.empty() ||
         std::all_of(sample.begin(), sample.end(), [&](double x) { return x == sample.front(); });
}

}  // namespace joulecast::stats
