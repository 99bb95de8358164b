#include "hardware/dram_power.hpp"

#include <algorithm>

namespace joulecast::hardware {

Watts dram_power(double capacity_gib, double utilisation, int logical_cpus) {
  const double u = std::clamp(utilisation, 0.0, 1.0);
  const double awake = std::min(1.0, logical_cpus * u);
  return Watts{capacity_gib * (0.15 + 0.10 * awake + 0.10 * u)};
}

}  // namespace joulecast::hardware
