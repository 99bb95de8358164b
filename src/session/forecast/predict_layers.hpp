// The cost of each layer of a training step on a CPU: learns it from measured layers, predicts it for a
// network, and evaluates it on held-out layers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "estimate/offline/layerwise/layerwise.hpp"
#include "estimate/offline/layerwise/layerwise_evaluation.hpp"

namespace joulecast::session {

struct LayerFitRequest {
  std::filesystem::path table;   ///< table of measured layers
  std::filesystem::path output;  ///< where to write the model; empty = nowhere
  std::string source;            ///< origin and licence of the table, kept in the file
};
[[nodiscard]] Result<estimate::LayerwiseModel> fit_layers(const LayerFitRequest& request);

/// Reads a model file; empty = the one that comes with joulecast.
[[nodiscard]] Result<estimate::LayerwiseModel> read_layer_model(const std::filesystem::path& file);

struct LayerwiseRequest {
  std::string network;              ///< ONNX file, description file, or a name such as "resnet18"
  std::string cpu;                  ///< a CPU that the model knows
  std::vector<std::string> inputs;  ///< shape of one sample; see network::parse_load_options()
  int batch = 32;                   ///< samples per step
};
struct LayerwisePrediction {
  std::string network, cpu;
  int batch = 1;
  estimate::LayerwiseEstimate estimate;
};
/// invalid for a CPU that was not measured, or if no layer of the network has a price.
[[nodiscard]] Result<LayerwisePrediction> predict_layers(const LayerwiseRequest& request,
                                                         const estimate::LayerwiseModel& model);

struct LayerEvaluationRequest {
  std::filesystem::path table;     ///< table of measured layers
  std::filesystem::path networks;  ///< table of measured networks; empty = none
};
[[nodiscard]] Result<estimate::LayerwiseEvaluation> evaluate_layers(const LayerEvaluationRequest& request);

}  // namespace joulecast::session
