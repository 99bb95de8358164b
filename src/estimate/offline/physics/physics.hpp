// The physics method: roofline equations with fitted parameters, and a learned residual (docs/prediction.md,
// "The physics method").
#pragma once

#include <memory>
#include <span>

#include "estimate/offline/method.hpp"

namespace joulecast::estimate {

extern const OfflineMethod physics_method;

struct PhysicsFit;  // physics_fit.hpp

/// Copies share the learned state, which never changes.
class PhysicsModel final : public OfflineModel {
 public:
  /// Learns epochs and power from the rows that have them, and steps from those that tell a step's speed.
  /// invalid if no row has both epoch time and power and none tells a speed.
  [[nodiscard]] static Result<PhysicsModel> fit(std::span<const Sample> samples);
  [[nodiscard]] static Result<PhysicsModel> from_json(const nlohmann::ordered_json& json);
  [[nodiscard]] Forecast predict(const Sample& sample) const override;
  [[nodiscard]] nlohmann::ordered_json to_json() const override;

  /// Adapts the model to a machine with a few rows measured on it. The equations use the fitted parameters as
  /// a Gaussian prior; the residual is fitted to the new rows alone. `reach`, from 0 to 1, limits how far the
  /// rows may change what is shared with other workloads: at 0 only predictions of the same workloads change.
  [[nodiscard]] PhysicsModel updated(std::span<const Sample> samples, double reach = 1) const;

  /// Of a model that learned epochs.
  [[nodiscard]] const PhysicsFit& equations() const;

 private:
  [[nodiscard]] Forecast predict_epoch(const Sample& sample) const;
  struct Learned;
  explicit PhysicsModel(Learned learned);
  std::shared_ptr<const Learned> learned_;
};

}  // namespace joulecast::estimate
