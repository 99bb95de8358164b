#include "estimate/online/work_rates.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::estimate {
namespace {

// Assumed relative scatter of what an epoch's end costs, and how far off the first one may be: it also warms
// up what only a validation uses.
constexpr double edge_scatter = 0.1;
constexpr double first_edge_scatter = 0.5;
constexpr int neighbouring_units = 3;
constexpr double almost = 0.05;  // an epoch this close to the end of the work is taken to end with it

}  // namespace

WorkRates::WorkRates(const WorkDivision& division, BlockRate rate)
    : cycle_(division.cycle), edge_every_(division.edge_every), since_edge_(division.since_edge) {
  double work = 0;
  for (const auto& [block, edge] : division.parts) {
    const auto cost = rate(block);
    if (!cost) continue;
    if (edge) {
      add_edge(block, *cost);
      continue;
    }
    tracker_.add({*cost, block.work});
    work += block.work;
    neighbours_ = std::min(neighbours_ + 1, neighbouring_units);
    neighbours_rate_ += (*cost - neighbours_rate_) / neighbours_;
  }
  if (tracker_.units() > 0) unit_work_ = work / tracker_.units();
}

void WorkRates::add_edge(const WorkBlock& block, double rate) {
  if (neighbours_ == 0) return;
  const double excess = (rate - neighbours_rate_) * block.work / block.epoch_ends;
  neighbours_ = 0;
  if (edges_++ == 0) {
    first_excess_ = mean_excess_ = excess;
    return;
  }
  if (edges_ == 2) mean_excess_ = 0;
  const double off = excess - mean_excess_;
  mean_excess_ += off / (edges_ - 1);
  excess_squares_ += edges_ == 2 ? 0 : off * (excess - mean_excess_);
}

double WorkRates::ends_within(double work) const {
  if (edge_every_ <= 0) return 0;
  return std::floor((since_edge_ + work) / edge_every_ + almost);
}

std::optional<WorkRates::Cost> WorkRates::cost_of(double work) const {
  const auto outlook = tracker_.outlook(unit_work_ > 0 ? work / unit_work_ : 0);
  if (!outlook) return std::nullopt;
  Cost cost{outlook->rate * work, outlook->relative_sd};
  if (edges_ == 0) return cost;
  const double ends = ends_within(work);
  const double others = edges_ - 1;
  const double assumed = (others == 0 ? first_edge_scatter : edge_scatter) * mean_excess_;
  const double variance = (assumed * assumed + excess_squares_) / std::max(1.0, others);
  // The mean is uncertain, and so is each of the ends to come.
  const double sd = std::sqrt(variance * ends * (1 + ends / std::max(1.0, others)));
  const double rest = cost.value * cost.relative_sd;
  cost.value = std::max(0.0, cost.value + mean_excess_ * ends);
  cost.relative_sd = cost.value > 0 ? std::hypot(rest, sd) / cost.value : 0;
  return cost;
}

double WorkRates::cycle_cost() const {
  const auto outlook = tracker_.outlook(1);
  if (!outlook) return 0;
  return std::max(0.0, outlook->rate * cycle_ + (edges_ > 0 ? mean_excess_ : 0));
}

}  // namespace joulecast::estimate
