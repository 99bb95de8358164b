// Limits for the cost of a run.
#pragma once

#include <optional>
#include <string>

#include "base/units.hpp"
#include "measure/training.hpp"

namespace joulecast::measure {

enum class OnLimit { warn, terminate };

struct LimitOptions {
  std::optional<Joules> energy;  ///< limit for the energy used so far
  OnLimit at_energy = OnLimit::warn;
  /// End the command once the whole run will exceed this with at least `probability`.
  std::optional<Joules> projected;
  double probability = 0.95;
};

class Limits {
 public:
  explicit Limits(const LimitOptions& options) : options_(options) {}

  struct Verdict {
    std::string why;
    bool end = false;  ///< true: the command should be ended; false: the user should be warned
  };
  /// Nothing if no limit is exceeded, or if this was already reported. `used` is the energy so far.
  [[nodiscard]] std::optional<Verdict> check(std::optional<Joules> used, const Training& training);

 private:
  LimitOptions options_;
  bool energy_told_ = false;
  bool ended_ = false;
};

}  // namespace joulecast::measure
