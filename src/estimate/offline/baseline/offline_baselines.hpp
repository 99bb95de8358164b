// The formulas in common use for a training's energy. None of them learns: FLOPs at an assumed utilisation,
// Green Algorithms (Lannelongue, Grealey, Inouye 2021) and ML CO2 Impact (Lacoste et al. 2019).
#pragma once

#include "estimate/offline/method.hpp"

namespace joulecast::estimate {

/// The share of peak FLOP/s that a training is assumed to reach (model FLOPs utilisation).
constexpr double assumed_mfu = 0.35;

extern const OfflineMethod flops_method;
extern const OfflineMethod green_algorithms_offline_method;
extern const OfflineMethod mlco2_offline_method;

}  // namespace joulecast::estimate
