// The physics method: roofline equations with fitted parameters, and a learned residual (method.md, section
// 6).
#pragma once

#include <map>

#include "estimate/offline/method.hpp"
#include "estimate/offline/physics/physics_fit.hpp"
#include "estimate/offline/physics/residual.hpp"
#include "estimate/offline/physics/typical_network.hpp"

namespace joulecast::estimate {

extern const OfflineMethod physics_method;

class PhysicsModel final : public OfflineModel {
 public:
  struct SourceResidual {
    Residual time, power;
  };
  using TypicalNetworks = std::map<std::string, TypicalNetwork>;  ///< by source
  PhysicsModel(PhysicsFit fit, std::map<std::string, SourceResidual> residuals, TypicalNetworks typical)
      : fit_(std::move(fit)), residuals_(std::move(residuals)), typical_(std::move(typical)) {}

  [[nodiscard]] static Result<PhysicsModel> fit(std::span<const Sample> samples);
  [[nodiscard]] static Result<PhysicsModel> from_json(const nlohmann::ordered_json& json);
  [[nodiscard]] Forecast predict(const Sample& sample) const override;
  [[nodiscard]] nlohmann::ordered_json to_json() const override;

  /// What was learned, carried on to a machine by a few rows of it: the equations by their Gaussian prior,
  /// the residual from the rows alone. `reach`, from 0 to 1, scales how far the rows may move what they
  /// share with other workloads: at 0 only predictions of the same workloads follow them.
  [[nodiscard]] PhysicsModel updated(std::span<const Sample> samples, double reach = 1) const;

  [[nodiscard]] const PhysicsFit& equations() const { return fit_; }

 private:
  PhysicsFit fit_;
  std::map<std::string, SourceResidual> residuals_;
  TypicalNetworks typical_;  ///< of the sources that have enough of them
};

}  // namespace joulecast::estimate
