// What each layer of a training step costs on a CPU: learned from measured layers, predicted for a network,
// and judged on layers that were held out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "estimate/offline/layerwise/layerwise.hpp"
#include "estimate/offline/layerwise/layerwise_evaluation.hpp"

namespace joulecast::session {

struct LayerFitRequest {
  std::filesystem::path table;   ///< of measured layers
  std::filesystem::path output;  ///< where the model is written; empty = nowhere
  std::string source;            ///< origin and licence of the table, kept in the file
};
[[nodiscard]] Result<estimate::LayerwiseModel> fit_layers(const LayerFitRequest& request);

/// The model of a file; empty = the one that comes with joulecast.
[[nodiscard]] Result<estimate::LayerwiseModel> read_layer_model(const std::filesystem::path& file);

struct LayerwiseRequest {
  std::string network;              ///< ONNX file, description file, or a name such as "resnet18"
  std::string cpu;                  ///< one that the model knows
  std::vector<std::string> inputs;  ///< shape of one sample, as network::parse_load_options() takes it
  int batch = 32;                   ///< samples of a step
};
struct LayerwisePrediction {
  std::string network, cpu;
  int batch = 1;
  estimate::LayerwiseEstimate estimate;
};
/// invalid for a CPU that was not measured, or a network of which no layer has a price.
[[nodiscard]] Result<LayerwisePrediction> predict_layers(const LayerwiseRequest& request,
                                                         const estimate::LayerwiseModel& model);

struct LayerEvaluationRequest {
  std::filesystem::path table;     ///< of measured layers
  std::filesystem::path networks;  ///< table of measured networks; empty = none
};
[[nodiscard]] Result<estimate::LayerwiseEvaluation> evaluate_layers(const LayerEvaluationRequest& request);

}  // namespace joulecast::session
