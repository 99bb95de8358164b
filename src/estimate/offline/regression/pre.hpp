// The paper's offline methods (del Rey et al., arXiv 2307.05520): a regression from the architecture and the
// environment to mean power (pre-power) or to the energy of an epoch (pre-energy).
//
// Each source has its own regression: the best of four by cross-validated R2. One more regression is fitted
// to all rows, for rows of a source that is not in the table. The paper's tenth feature, total RAM, is left
// out because no workload table has it.
#pragma once

#include "estimate/offline/method.hpp"

namespace joulecast::estimate {

extern const OfflineMethod pre_power_method;
extern const OfflineMethod pre_energy_method;

}  // namespace joulecast::estimate
