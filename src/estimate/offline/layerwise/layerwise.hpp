// Energy of a training step on a CPU, layer by layer (Getzner, Charpentier, Guennemann 2023, "Accuracy is not
// the only metric that matters"): each kind of layer has its own estimator for the forward and the backward
// pass, and a network is the sum of its layers.
//
// A network is not the sum of what was measured alone, so some of it is taken apart first:
// - Alone, a layer's backward pass has no gradient of its input to compute, for that is data. In a network
//   every layer after the first has: one more product of the forward pass's size, priced as that.
// - Alone, the backward pass holds a loss over all outputs. It is taken off, and its price of moving a byte
//   prices what was never measured alone: normalisation, activations, depthwise convolutions.
// - Alone, a step takes milliseconds at the turbo clock; a network's takes what the machine sustains. Times
//   add up; power follows from the length of the whole step (layer_cost.hpp).
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

/// What a layer's figures rest on.
enum class Basis {
  measured_kind,  ///< layers of this kind were measured alone
  moved_bytes,    ///< none were; priced by the bytes that it moves
};

struct LayerEnergy {
  std::string name, operation;
  Basis basis = Basis::measured_kind;
  ByPass<Joules> energy{};
  double share = 0;  ///< of the network's step
  [[nodiscard]] Joules step() const { return energy[forward] + energy[backward]; }
};

struct LayerwiseEstimate {
  std::vector<LayerEnergy> layers;         ///< in the network's order
  std::map<std::string, int> not_counted;  ///< how many of each operator have no price, or no figures at all
  ByPass<Joules> energy{};                 ///< of one step
  ByPass<Seconds> time{};
  double moved_bytes_share = 0;              ///< of the step's energy, priced by bytes alone
  std::optional<Interval<Joules>> interval;  ///< of the step; model-based. Absent where errors are not known
  std::optional<double> other_cpu;           ///< factor within which nine of ten layers of another CPU were
  [[nodiscard]] Joules step() const { return energy[forward] + energy[backward]; }
};

/// A layer by itself, as a layer table measures it: with a loss, without the gradient of its input. Absent
/// where that kind, or that pass of it, was not measured.
struct LoneLayer {
  ByPass<std::optional<Seconds>> time;
  ByPass<std::optional<Joules>> energy;
};

/// How far off a model is, as half widths of 90 % intervals of logarithms.
struct LayerErrors {
  std::map<std::string, double> layer;  ///< of one lone layer's step, by kind, for shapes that were held out
  double larger = 0;                    ///< of the sum over layers larger than those that were trained on
  std::optional<double> other_cpu;  ///< of one layer's step on another CPU of the table, where there is one
};

class CpuLayerModel {
 public:
  /// invalid where a kind has fewer than ten layers, or nothing was metered.
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
  struct Part;  ///< a layer of a network, before the step's length, and so its power, is known

  [[nodiscard]] const Kind* find(const std::string& kind) const;
  /// Nothing where the layer's kind was not measured, nor what would tell the price of a byte.
  [[nodiscard]] std::optional<Part> part_of(const network::Layer& layer, double batch,
                                            int element_bytes) const;
  /// s a byte of a loss's traversals: what an output's byte costs the backward pass more than the forward.
  [[nodiscard]] std::optional<double> seconds_per_moved_byte() const;
  [[nodiscard]] double log_error(const std::vector<Part>& parts,
                                 const std::vector<LayerEnergy>& layers) const;

  std::map<std::string, Kind> kinds_;
  ByPass<PowerCurve> power_;
};

class LayerwiseModel {
 public:
  /// With the errors of each CPU's model, where there are layers enough. invalid where nothing was measured.
  [[nodiscard]] static Result<LayerwiseModel> fit(const std::vector<MeasuredLayer>& layers);
  [[nodiscard]] std::vector<std::string> cpus() const;
  /// invalid for a CPU that was not measured; the message lists those that were.
  [[nodiscard]] Result<const CpuLayerModel*> on(const std::string& cpu) const;

  /// `source`: origin and licence of the table.
  [[nodiscard]] Status write(const std::filesystem::path& file, const std::string& source) const;
  /// malformed, naming the file, for what is no such model or another version's.
  [[nodiscard]] static Result<LayerwiseModel> read(const std::filesystem::path& file);

 private:
  std::map<std::string, CpuLayerModel> cpus_;
};

}  // namespace joulecast::estimate
