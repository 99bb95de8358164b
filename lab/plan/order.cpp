#include "lab/plan/order.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace joulecast::lab {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): the next state, mixed. The same on every machine, which the standard
/// library's distributions are not.
std::uint64_t mixed(std::uint64_t state) {
  state += 0x9e3779b97f4a7c15U;
  state = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9U;
  state = (state ^ (state >> 27U)) * 0x94d049bb133111ebU;
  return state ^ (state >> 31U);
}

std::uint64_t number_of(const std::string& id) {
  std::uint64_t number = 0;
  for (const char c : id)
    number = number * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  return number;
}

}  // namespace

std::vector<std::size_t> order_of_block(const Plan& plan, int block) {
  std::vector<std::size_t> order(plan.cells.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (plan.order == Order::as_written) return order;
  const auto salt = mixed(mixed(plan.seed) + static_cast<std::uint64_t>(block));
  std::vector<std::uint64_t> draws;
  draws.reserve(order.size());
  for (const auto& cell : plan.cells) draws.push_back(mixed(salt ^ number_of(cell.id)));
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::tie(draws[a], plan.cells[a].key) < std::tie(draws[b], plan.cells[b].key);
  });
  return order;
}

std::uint64_t seed_of(const Plan& plan, int repetition) {
  return plan.seed + static_cast<std::uint64_t>(repetition) - 1;
}

}  // namespace joulecast::lab
