#include "tradeoff/curve.hpp"

#include <algorithm>
#include <cmath>

namespace joulecast::tradeoff {

Result<CurveReading> read_curve(std::span<const double> quality, std::span<const double> cumulative_energy,
                                double tolerance) {
  if (quality.empty() || quality.size() != cumulative_energy.size()) {
    return fail(ErrorKind::invalid, "curve", "{} qualities against {} energies", quality.size(),
                cumulative_energy.size());
  }
  if (!std::is_sorted(cumulative_energy.begin(), cumulative_energy.end())) {
    return fail(ErrorKind::invalid, "curve", "the energy used so far falls from one epoch to the next");
  }
  for (std::size_t i = 0; i < quality.size(); ++i)
    if (!std::isfinite(quality[i]) || !std::isfinite(cumulative_energy[i]))
      return fail(ErrorKind::invalid, "curve", "epoch {} has no figure", i + 1);

  CurveReading reading;
  double best = 0;
  double used = 0;
  for (std::size_t i = 0; i < quality.size(); ++i) {
    if (!reading.improvements.empty() && quality[i] <= best) continue;
    const double points = 100 * (quality[i] - best);
    const double energy = cumulative_energy[i] - used;
    reading.improvements.push_back(
        {i + 1, cumulative_energy[i], quality[i], points > 0 ? energy / points : 0});
    best = quality[i];
    used = cumulative_energy[i];
  }
  reading.best_epoch = reading.improvements.back().epoch;
  reading.best_quality = reading.improvements.back().quality;
  reading.energy_total = cumulative_energy.back();
  const auto enough = std::find_if(quality.begin(), quality.end(),
                                   [&](double q) { return q >= reading.best_quality - tolerance - 1e-12; });
  const auto at = static_cast<std::size_t>(enough - quality.begin());
  reading.enough_epoch = at + 1;
  reading.energy_to_enough = cumulative_energy[at];
  reading.share_after_enough =
      reading.energy_total > 0 ? 1 - reading.energy_to_enough / reading.energy_total : 0;
  return reading;
}

}  // namespace joulecast::tradeoff
