// Energy of a training step on a CPU, layer by layer (Getzner, Charpentier, Guennemann 2023, "Accuracy is not
// the only metric that matters"): each kind of layer has its own estimator for the forward and the backward
// pass, and a network is the sum of its layers.
//
// An estimator is a sum of non-negative costs (a constant, FLOPs, bytes read, written, weights), which
// extrapolates, times the exponential of a kernel ridge regression on logarithms, which fades away from what
// was measured. Kinds that were never measured are not counted, and said.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "estimate/offline/regression.hpp"
#include "network/network.hpp"

namespace joulecast::estimate {

/// What a layer's cost follows from, of a whole batch.
struct LayerWork {
  std::string kind;  ///< "conv", "linear", "pool"
  double flops = 0, read_bytes = 0, written_bytes = 0, weight_bytes = 0;
};
/// Nothing for kinds that layer tables do not hold: normalisation, activation functions, depthwise
/// convolutions.
[[nodiscard]] std::optional<LayerWork> layer_work(const network::Layer& layer, double batch);

struct MeasuredLayer {
  std::string cpu;
  LayerWork work;
  std::optional<Joules> forward, backward;  ///< absent where the meter overflowed or there is no such pass
};
/// Columns cpu, layer, batch_size, shape, forward_energy_uj, backward_energy_uj. Energies of 0 and below are
/// counter overflows and absent. malformed with file:line.
[[nodiscard]] Result<std::vector<MeasuredLayer>> read_layer_table(const std::filesystem::path& file);

/// Energy of one pass through one kind of layer on one CPU.
class LayerEstimator {
 public:
  /// invalid where fewer than ten layers were measured.
  [[nodiscard]] static Result<LayerEstimator> fit(const std::vector<std::pair<LayerWork, Joules>>& rows);
  [[nodiscard]] Joules predict(const LayerWork& work) const;
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<LayerEstimator> from_json(const nlohmann::ordered_json& json);

 private:
  [[nodiscard]] double base(const LayerWork& work) const;
  Eigen::VectorXd costs_;  ///< J: constant, per FLOP, per byte read, written, of weights
  Regression residual_;    ///< of log(measured / base) on logarithms of the work
};

struct LayerEnergy {
  std::string name, operation;
  Joules forward{0}, backward{0};
  double share = 0;  ///< of the network's step
};

struct LayerwiseEstimate {
  std::vector<LayerEnergy> layers;         ///< those that are counted, in the network's order
  Joules forward{0}, backward{0};          ///< of one step
  std::map<std::string, int> not_counted;  ///< layers by operation
};

class LayerwiseModel {
 public:
  /// invalid where nothing was measured.
  [[nodiscard]] static Result<LayerwiseModel> fit(const std::vector<MeasuredLayer>& layers);
  [[nodiscard]] std::vector<std::string> cpus() const;
  /// invalid for a CPU that was not measured; the message lists those that were.
  [[nodiscard]] Result<LayerwiseEstimate> predict(const network::ArchitectureFeatures& network, double batch,
                                                  const std::string& cpu) const;
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<LayerwiseModel> from_json(const nlohmann::ordered_json& json);

 private:
  /// By CPU, kind and pass ("forward", "backward").
  std::map<std::string, std::map<std::string, std::map<std::string, LayerEstimator>>> estimators_;
};

}  // namespace joulecast::estimate
