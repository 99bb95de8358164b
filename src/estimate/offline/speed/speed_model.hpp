// Predicts the time of a training step for any precision, network and number of GPUs, from tables of measured
// speeds: equations with learned factors, and for known software a residual (docs/prediction.md, "Steps").
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "estimate/offline/speed/speed_residual.hpp"
#include "estimate/offline/speed/step_equations.hpp"

namespace joulecast::estimate {

class SpeedModel {
 public:
  struct Speed {
    double step_time_s = 0;  ///< seconds per sample of all GPUs together; per token where the row counts them
    double spread = 1;       ///< of the logarithm
    double busy = 1;         ///< share of the step in which a GPU computes
  };
  /// Learns from the rows that tell a step's speed. invalid if there are none.
  [[nodiscard]] static Result<SpeedModel> fit(std::span<const Sample> samples);
  /// Nothing if the sample has no step, or if nothing is known of its network and it was never measured.
  [[nodiscard]] std::optional<Speed> predict(const Sample& sample) const;
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<SpeedModel> from_json(const nlohmann::ordered_json& json);

 private:
  StepEquations equations_;
  std::map<std::string, double> scatter_;  ///< of "images" and "tokens": log seconds around the equations
  std::map<std::string, SpeedResidual> residuals_;  ///< by software
};

}  // namespace joulecast::estimate
