// How long a kind of layer takes, and what the processor draws meanwhile.
//
// Energy is time x power because each behaves simply where energy does not: the times of a network's layers
// add up, and power follows from how long the step lasts, whatever the layer (a short step runs at the turbo
// clock, a long one at what the machine sustains; a step of under a millisecond is over before the meter
// counts).
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

/// One pass through one layer. `step` is how long all its passes take.
struct PassRow {
  LayerWork work;
  Seconds time;
  Seconds step;
  std::optional<Joules> energy;  ///< absent where the meter lost it
};

/// One pass of one kind of layer on one CPU. A sum of non-negative costs (a constant, executed FLOPs, bytes),
/// which extrapolates, times the exponential of a kernel ridge regression on logarithms, which fades away
/// from what was measured.
class LayerTime {
 public:
  /// Costs: least squares of log(measured / sum), weights of Huber (k = 1.345) against outliers. invalid
  /// where fewer than ten layers were measured.
  [[nodiscard]] static Result<LayerTime> fit(std::span<const PassRow> rows);
  [[nodiscard]] Seconds operator()(const LayerWork& work) const;
  /// s each: of a constant, a FLOP, a byte.
  [[nodiscard]] double cost(Amount amount) const { return costs_[amount]; }
  /// The same with some other cost of an output's byte.
  [[nodiscard]] Seconds with_output_cost(const LayerWork& work, double seconds_per_byte) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<LayerTime> from_json(const nlohmann::ordered_json& json);

 private:
  std::array<double, amount_count> costs_{};
  Regression residual_;  ///< of log(measured / sum of costs)
};

/// Power of a pass by how long the step lasts: medians in twenty classes of equal count, log-linear between
/// them and constant beyond.
class PowerCurve {
 public:
  /// invalid where no row has an energy.
  [[nodiscard]] static Result<PowerCurve> fit(std::span<const PassRow> rows);
  [[nodiscard]] Watts operator()(Seconds step) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<PowerCurve> from_json(const nlohmann::ordered_json& json);

 private:
  std::vector<double> log_seconds_, log_watts_;
};

/// What a kind of layer draws against the curve: the exponential of a kernel ridge regression.
class PowerFactor {
 public:
  /// 1 everywhere where fewer than ten rows have an energy.
  [[nodiscard]] static Result<PowerFactor> fit(std::span<const PassRow> rows, const PowerCurve& curve);
  [[nodiscard]] double operator()(const LayerWork& work) const;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<PowerFactor> from_json(const nlohmann::ordered_json& json);

 private:
  std::optional<Regression> log_factor_;
};

}  // namespace joulecast::estimate
