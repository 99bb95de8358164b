// Energy of a training step on a CPU, layer by layer (Getzner, Charpentier, Guennemann 2023, "Accuracy is not
// the only metric that matters"). Each kind of layer has one estimator for the forward and one for the
// backward pass, and a network's energy is the sum over its layers.
//
// Layers are measured alone, where they behave differently from layers in a network. Three corrections
// follow:
// - Alone, a layer's backward pass does not compute the gradient of its input, because the input is data. In
// a network every layer after the first does. This is one more product of the forward pass's size and is
// priced like the forward pass.
// - Alone, the backward pass includes a loss over all outputs. Its cost is subtracted. It also tells the
// price of moving a byte, which is used for layers that were never measured alone: normalisation,
// activations, depthwise convolutions.
// - Alone, a step takes milliseconds and runs at the turbo clock; a network's step runs at the sustained
// clock. So times are added up, and power is taken from the length of the whole step (layer_cost.hpp).
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/units.hpp"
#include "estimate/estimate.hpp"
#include "estimate/offline/layerwise/layer_cost.hpp"
#include "estimate/offline/layerwise/layer_table.hpp"
#include "network/network.hpp"

namespace joulecast::estimate {

/// What the figures of a layer are based on.
enum class Basis {
  measured_kind,  ///< layers of this kind were measured alone
  moved_bytes,    ///< layers of this kind were not measured; priced by the bytes that it moves
};

struct LayerEnergy {
  std::string name, operation;
  Basis basis = Basis::measured_kind;
  ByPass<Joules> energy{};
  double share = 0;  ///< share of the network's step
  [[nodiscard]] Joules step() const { return energy[forward] + energy[backward]; }
};

struct LayerwiseEstimate {
  std::vector<LayerEnergy> layers;  ///< in the network's order
  /// for each operator without a price or without figures, the number of its layers
  std::map<std::string, int> not_counted;
  ByPass<Joules> energy{};  ///< of one step
  ByPass<Seconds> time{};
  double moved_bytes_share = 0;  ///< share of the step's energy that is priced by bytes alone
  /// Of the step; model-based. Absent if the model's errors are unknown.
  std::optional<Interval<Joules>> interval;
  /// Nine of ten layers of another CPU were predicted within this factor.
  std::optional<double> other_cpu;
  [[nodiscard]] Joules step() const { return energy[forward] + energy[backward]; }
};

/// A layer by itself, as a layer table measures it: with a loss and without the gradient of its input. Absent
/// if that kind of layer or that pass of it was not measured.
struct LoneLayer {
  ByPass<std::optional<Seconds>> time;
  ByPass<std::optional<Joules>> energy;
};

/// Errors of a model, as half widths of 90 % intervals of logarithms.
struct LayerErrors {
  /// By kind: error of one lone layer's step, for shapes that were held out.
  std::map<std::string, double> layer;
  /// Error of the sum over layers that are larger than the ones in training.
  double larger = 0;
  /// Error of one layer's step on another CPU of the table, if there is one.
  std::optional<double> other_cpu;
};

class CpuLayerModel {
 public:
  /// invalid if a kind has fewer than ten layers, or if no energy was measured.
  [[nodiscard]] static Result<CpuLayerModel> fit(const std::vector<MeasuredLayer>& layers);
  [[nodiscard]] LoneLayer alone(const LayerWork& work) const;
  /// invalid where no layer has a price.
  [[nodiscard]] Result<LayerwiseEstimate> predict(const network::ArchitectureFeatures& network,
                                                  double batch) const;

  std::optional<LayerErrors> errors;

  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<CpuLayerModel> from_json(const nlohmann::ordered_json& json);

 private:
  struct PassModel {
    LayerTime time;
    PowerFactor power;
  };
  using Kind = ByPass<std::optional<PassModel>>;
  /// a layer of a network whose power is not known yet, since it depends on the length of the whole step
  struct Part;

  [[nodiscard]] const Kind* find(const std::string& kind) const;
  /// Nothing if neither the layer's kind nor the price of a byte was measured.
  [[nodiscard]] std::optional<Part> part_of(const network::Layer& layer, double batch,
                                            int element_bytes) const;
  /// Seconds per byte that the loss moves, from the extra cost of an output byte in the backward pass.
  [[nodiscard]] std::optional<double> seconds_per_moved_byte() const;
  [[nodiscard]] double log_error(const std::vector<Part>& parts,
                                 const std::vector<LayerEnergy>& layers) const;

  std::map<std::string, Kind> kinds_;
  ByPass<PowerCurve> power_;
};

class LayerwiseModel {
 public:
  /// Also finds the errors of each CPU's model if there are enough layers. invalid if nothing was measured.
  [[nodiscard]] static Result<LayerwiseModel> fit(const std::vector<MeasuredLayer>& layers);
  [[nodiscard]] std::vector<std::string> cpus() const;
  /// invalid for a CPU that was not measured; the message lists the measured ones.
  [[nodiscard]] Result<const CpuLayerModel*> on(const std::string& cpu) const;

  /// `source`: origin and licence of the table.
  [[nodiscard]] Status write(const std::filesystem::path& file, const std::string& source) const;
  /// malformed, naming the file, if it is not a layer-wise model or has another version.
  [[nodiscard]] static Result<LayerwiseModel> read(const std::filesystem::path& file);

 private:
  std::map<std::string, CpuLayerModel> cpus_;
};

}  // namespace joulecast::estimate
