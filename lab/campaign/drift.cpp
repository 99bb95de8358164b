#include "lab/campaign/drift.hpp"

namespace joulecast::lab {

std::optional<double> drift_of(const Standing& standing, const RunEnded& run) {
  if (run.outcome != Outcome::finished || !run.energy) return std::nullopt;
  for (const auto* first : standing.references()) {
    if (first->outcome != Outcome::finished || !first->energy || !(*first->energy > Joules{0})) continue;
    if (first == &run) return std::nullopt;
    return *run.energy / *first->energy - 1;
  }
  return std::nullopt;
}

}  // namespace joulecast::lab
