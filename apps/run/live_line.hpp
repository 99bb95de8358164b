// The one line that people watch while it runs.
#pragma once

#include <optional>
#include <string>

#include "estimate/online/projector.hpp"
#include "sampling/recorder.hpp"

namespace joulecast::run {

struct LiveState {
  const sampling::LiveEnergy& energy;
  Seconds elapsed{0};
  std::optional<int> epoch;
  std::optional<double> total_epochs;
  const std::optional<estimate::Projection>& projection;
  std::optional<GramsPerKilowattHour> intensity;  ///< where known, the projected total's carbon is shown too
};

/// "312 W · 12.3 kJ (gpu 10.1 kJ, cpu 2.20 kJ modelled) · epoch 4/20 · 2 min 13 s · total 61.0 kJ (58.2
/// to 63.9 kJ), 8 min left"
[[nodiscard]] std::string live_line(const LiveState& state);

}  // namespace joulecast::run
