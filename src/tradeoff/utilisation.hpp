// Tells whether the GPU suits the model. A large GPU that is mostly idle with a small network wastes power.
#pragma once

#include "tradeoff/alternative.hpp"

namespace joulecast::tradeoff {

constexpr double low_utilisation_percent = 50;

struct UtilisationReading {
  std::size_t alternative = 0;
  double percent = 0;  ///< median of the runs' mean utilisation
  /// Below half. A smaller GPU, a larger batch or a faster input pipeline may do the same for less.
  bool low = false;
  /// The same training on another GPU with a lower median cost, if one was measured.
  std::optional<std::size_t> cheaper;
  double cheaper_saving = 0;  ///< share of the cost that it saves
};

/// `gpu_label` is the index of the GPU among the labels. Alternatives that differ only there are the same
/// training. Returns one entry per alternative with a known utilisation.
[[nodiscard]] std::vector<UtilisationReading> read_utilisation(const std::vector<Alternative>& alternatives,
                                                               const std::string& cost,
                                                               const std::string& utilisation,
                                                               std::optional<std::size_t> gpu_label);

}  // namespace joulecast::tradeoff
