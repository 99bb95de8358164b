// Does the GPU scale with the model? A large GPU that idles through a small network pays for power it does
// not use.
#pragma once

#include "tradeoff/alternative.hpp"

namespace joulecast::tradeoff {

constexpr double low_utilisation_percent = 50;

struct UtilisationReading {
  std::size_t alternative = 0;
  double percent = 0;  ///< median of the runs' mean utilisation
  bool low = false;  ///< below half: a smaller GPU, a larger batch or a faster input pipeline may do the same
                     ///< for less
  /// The same training on another GPU that cost less (median), where one was measured
  std::optional<std::size_t> cheaper;
  double cheaper_saving = 0;  ///< share of the cost it saves
};

/// `gpu_label` is the position of the GPU among the labels; alternatives that differ only there are the same
/// training. One entry an alternative that knows its utilisation.
[[nodiscard]] std::vector<UtilisationReading> read_utilisation(const std::vector<Alternative>& alternatives,
                                                               const std::string& cost,
                                                               const std::string& utilisation,
                                                               std::optional<std::size_t> gpu_label);

}  // namespace joulecast::tradeoff
