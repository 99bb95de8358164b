// What a user does not want a run to cost.
#pragma once

#include <optional>
#include <string>

#include "base/units.hpp"
#include "measure/training.hpp"

namespace joulecast::measure {

enum class OnLimit { warn, terminate };

struct LimitOptions {
  std::optional<Joules> energy;  ///< used up
  OnLimit at_energy = OnLimit::warn;
  std::optional<Joules> projected;  ///< end the command once the whole run is this sure to use more
  double probability = 0.95;
};

class Limits {
 public:
  explicit Limits(const LimitOptions& options) : options_(options) {}

  struct Verdict {
    std::string why;
    bool end = false;  ///< the command is to end; else the user is to know
  };
  /// Nothing new to say where nothing is above its limit, or it was said before. `used` = so far.
  [[nodiscard]] std::optional<Verdict> check(std::optional<Joules> used, const Training& training);

 private:
  LimitOptions options_;
  bool energy_told_ = false;
  bool ended_ = false;
};

}  // namespace joulecast::measure
