// The online methods by name; online_methods() lists them. A new method adds one line here and one in
// methods.cpp.
#pragma once

#include "estimate/online/method.hpp"

namespace joulecast::estimate {

extern const OnlineMethod first_epoch_method;
extern const OnlineMethod step_power_method;
extern const OnlineMethod step_energy_method;
extern const OnlineMethod adaptive_method;
extern const OnlineMethod green_algorithms_method;
extern const OnlineMethod mlco2_method;

}  // namespace joulecast::estimate
