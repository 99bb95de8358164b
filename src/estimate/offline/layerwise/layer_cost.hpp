// How long a kind of layer takes, and how much power the processor draws meanwhile.
// Energy is computed as time x power because each of these behaves simply, whereas energy does not. The times
// of a network's layers add up. Power depends on how long the whole step lasts, whatever the layer: a short
// step runs at the turbo clock and a long one at the sustained clock, and a step of under a millisecond ends
// before the meter registers it.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "estimate/offline/layerwise/layer_work.hpp"
#include "estimate/offline/regression/regression.hpp"

namespace joulecast::estimate {

/// One pass through one layer. `step` is the duration of all passes through it.
struct PassRow {
  LayerWork work;
  Seconds time;
  Seconds step;
  std::optional<Joules> energy;  ///< absent if the meter lost it
};

/// Time of one pass through one kind of layer on one CPU. It is a product of two factors. The first is a sum
/// of non-negative costs (a constant, executed FLOPs, bytes), which can be extrapolated. The second is the
/// exponential of a kernel ridge regression on logarithms, which tends to 1 far from the measured layers.
class LayerTime {
 public:
  /// Fits the costs by least squares of log(measured / sum) with Huber weights (k = 1.345) against outliers.
  /// invalid if fewer than ten layers were measured.
  [[nodiscard]] static Result<LayerTime> fit(std::span<const PassRow> rows);
  [[nodiscard]] Seconds operator()(const LayerWork& work) const;
  /// Seconds per unit of the amount: per layer, per FLOP or per byte.
  [[nodiscard]] double cost(Amount amount) const { return costs_[amount]; }
  /// The time with a different cost for each byte of output.
  [[nodiscard]] Seconds with_output_cost(const LayerWork& work, double seconds_per_byte) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<LayerTime> from_json(const nlohmann::ordered_json& json);

 private:
  std::array<double, amount_count> costs_{};
  Regression residual_;  ///< predicts log(measured / sum of costs)
};

/// Power during a pass as a function of the step's duration: medians of twenty classes with equal counts,
/// log-linear between them and constant beyond them.
class PowerCurve {
 public:
  /// invalid if no row has an energy.
  [[nodiscard]] static Result<PowerCurve> fit(std::span<const PassRow> rows);
  [[nodiscard]] Watts operator()(Seconds step) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<PowerCurve> from_json(const nlohmann::ordered_json& json);

 private:
  std::vector<double> log_seconds_, log_watts_;
};

/// Power of a kind of layer relative to the curve: the exponential of a kernel ridge regression.
class PowerFactor {
 public:
  /// 1 everywhere if fewer than ten rows have an energy.
  [[nodiscard]] static Result<PowerFactor> fit(std::span<const PassRow> rows, const PowerCurve& curve);
  [[nodiscard]] double operator()(const LayerWork& work) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<PowerFactor> from_json(const nlohmann::ordered_json& json);

 private:
  std::optional<Regression> log_factor_;
};

}  // namespace joulecast::estimate
