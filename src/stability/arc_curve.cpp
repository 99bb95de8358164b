#include "stability/arc_curve.hpp"

#include <algorithm>

namespace joulecast::stability {

double ideal_arcs(std::size_t t, std::size_t k) {
  return 2 * static_cast<double>(t + 1) * static_cast<double>(k - 1 - t) / static_cast<double>(k);
}

std::vector<double> ideal_right_arcs(std::size_t k) {
  std::vector<double> ideal(k, 0);
  double harmonics = 0;  // H_{k-1} - H_{k-2-t} = 1/(k-1) + … + 1/(k-1-t)
  for (std::size_t t = 0; t + 1 < k; ++t) {
    const auto later = static_cast<double>(k - 1 - t);
    harmonics += 1 / later;
    ideal[t] = later * harmonics;
  }
  return ideal;
}

std::vector<double> arc_counts(std::span<const std::int64_t> neighbours) {
  std::vector<double> counts(neighbours.size(), 0);
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    if (neighbours[i] < 0) continue;
    const auto j = static_cast<std::size_t>(neighbours[i]);
    counts[std::min(i, j)] += 1;
    counts[std::max(i, j)] -= 1;
  }
  double crossing = 0;
  for (auto& count : counts) count = crossing += count;
  return counts;
}

std::vector<double> correct_arcs(std::span<const double> counts, std::span<const double> ideal,
                                 std::size_t edge) {
  constexpr double in_place_of_zero = 1e-10;
  const std::size_t k = counts.size();
  std::vector<double> corrected(k, 1);
  for (std::size_t t = edge; t + edge < k; ++t) {
    const double expected = ideal[t] == 0 ? in_place_of_zero : ideal[t];
    corrected[t] = std::min(counts[t] / expected, 1.0);
  }
  return corrected;
}

std::vector<double> corrected_arc_curve(std::span<const std::int64_t> neighbours, std::size_t edge) {
  const std::size_t k = neighbours.size();
  std::vector<double> ideal(k);
  for (std::size_t t = 0; t < k; ++t) ideal[t] = ideal_arcs(t, k);
  return correct_arcs(arc_counts(neighbours), ideal, edge);
}

std::vector<RegimeChange> regime_changes(std::span<const double> corrected, std::size_t regimes,
                                         std::size_t edge) {
  std::vector<double> curve{corrected.begin(), corrected.end()};
  std::vector<RegimeChange> changes;
  while (changes.size() + 1 < regimes && !curve.empty()) {
    const auto lowest = std::min_element(curve.begin(), curve.end());
    if (*lowest >= 1) break;
    const auto at = static_cast<std::size_t>(lowest - curve.begin());
    changes.push_back({at, *lowest, at == edge || at + edge + 1 == curve.size()});
    const std::size_t begin = at > edge ? at - edge : 0;
    const std::size_t end = std::min(curve.size(), at + edge + 1);
    std::fill(curve.begin() + static_cast<std::ptrdiff_t>(begin),
              curve.begin() + static_cast<std::ptrdiff_t>(end), 1.0);
  }
  return changes;
}

}  // namespace joulecast::stability
