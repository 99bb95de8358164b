#include "stats/ranks.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace joulecast::stats {
namespace {

/// Sorts (value, owner) and calls each(begin, end, rank) for every run of equal values.
template <class Owner, class Each>
double walk_ties(std::vector<std::pair<double, Owner>>& entries, Each each) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  double tie_sum = 0;
  for (std::size_t begin = 0; begin < entries.size();) {
    auto end = begin + 1;
    while (end < entries.size() && entries[end].first == entries[begin].first) ++end;
    const auto t = static_cast<double>(end - begin);
    tie_sum += t * t * t - t;
    each(begin, end, static_cast<double>(begin + end + 1) / 2);
    begin = end;
  }
  return tie_sum;
}

}  // namespace

Ranked midranks(Sample values) {
  std::vector<std::pair<double, std::size_t>> entries(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) entries[i] = {values[i], i};
  Ranked result;
  result.ranks.resize(values.size());
  result.tie_sum = walk_ties(entries, [&](std::size_t begin, std::size_t end, double rank) {
    for (auto i = begin; i < end; ++i) result.ranks[entries[i].second] = rank;
  });
  return result;
}

RankSums rank_sums(Samples groups) {
  RankSums result;
  result.sums.resize(groups.size());
  result.n = total_size(groups);
  std::vector<std::pair<double, std::uint32_t>> entries;
  entries.reserve(result.n);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    result.sizes.push_back(groups[g].size());
    for (const double value : groups[g]) entries.emplace_back(value, static_cast<std::uint32_t>(g));
  }
  result.tie_sum = walk_ties(entries, [&](std::size_t begin, std::size_t end, double rank) {
    for (auto i = begin; i < end; ++i) result.sums[entries[i].second] += rank;
  });
  return result;
}

}  // namespace joulecast::stats
