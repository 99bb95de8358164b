#include "estimate/online/edge_costs.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::estimate {
namespace {

// Assumed relative scatter, and how far off the first one may be.
constexpr double scatter = 0.1;
constexpr double first_scatter = 0.5;

}  // namespace

void EdgeCosts::add(double excess) {
  if (++seen_ <= 2) {
    mean_ = excess;
    return;
  }
  const double off = excess - mean_;
  mean_ += off / (seen_ - 1);
  squares_ += off * (excess - mean_);
}

double EdgeCosts::sd_of_next(double count) const {
  if (seen_ == 0) return 0;
  const double others = seen_ - 1;
  const double assumed = (others == 0 ? first_scatter : scatter) * mean_;
  const double variance = (assumed * assumed + squares_) / std::max(1.0, others);
  return std::sqrt(variance * count * (1 + count / std::max(1.0, others)));
}

}  // namespace joulecast::estimate
