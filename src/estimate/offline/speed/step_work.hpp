// The work of one sample in a step, from a table's columns or from a network, in the few figures that the
// speed method uses.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "estimate/offline/physics/network_work.hpp"
#include "formats/step_setup.hpp"

namespace joulecast::estimate {

/// Of one sample and its forward pass.
struct StepWork {
  double gmacs = 0;  ///< products of activations with weights; of images, all products
  /// The same by kind, where `composed`: of networks on images whose layers are known.
  std::array<double, product_kinds> gmacs_of{};
  double other_m = 0;  ///< outputs of what is no product, in millions of elements, where `composed`
  bool composed = false;
  double attention_gmacs = 0;  ///< products of activations with activations
  double activations_m = 0;    ///< outputs of products, in millions of elements
  double attention_m = 0;      ///< scores of attention, likewise
  double params_m = 0;         ///< in millions, all experts of a mixture included
  double kernels = 0;
  double trained_share = 1;  ///< of the weights; the others are frozen
  /// Forward and backward over forward: see NetworkWork.
  double product_passes = 3, output_passes = 3, kernel_passes = 3;
  double tokens = 1;         ///< of a sample
  double layers = 0;         ///< of a transformer
  double width = 0;          ///< of a transformer's layers
  bool transformer = false;  ///< on tokens: another kind of software than that for images
  /// Nothing is known of the network: the figures are nominal, and mean something only beside other rows of
  /// the same network.
  bool nominal = false;
};

struct ModelSize {
  double params_m = 0;
  double active_m = 0;  ///< that take part in one token's pass
};
/// The size that a language model's name tells: "mpt-7b", "qwen3-30b-a3b", "gpt-l12-h512" (layers, width); of
/// a few published mixtures of experts whose names do not tell the active part, it is listed.
[[nodiscard]] std::optional<ModelSize> size_in_name(std::string_view name);

/// What a row tells of its network beside its name.
struct StepFacts {
  std::string name;  ///< as the table writes it
  std::optional<double> gmacs, params;
  bool image = false;  ///< the input is an image
};

/// The columns come first, then the network's graph, then the name; of a language model of which only the
/// size is known, a typical shape is assumed (layers and width of published models).
[[nodiscard]] StepWork step_work(const StepFacts& facts, const formats::StepSetup& setup,
                                 const std::optional<NetworkWork>& network);

}  // namespace joulecast::estimate
