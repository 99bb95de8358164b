#include "session/forecast/predict_layers.hpp"

#include "base/roots.hpp"
#include "network/load.hpp"

namespace joulecast::session {

using estimate::LayerwiseModel;

Result<LayerwiseModel> fit_layers(const LayerFitRequest& request) {
  const auto layers = estimate::read_layer_table(request.table);
  if (!layers) return propagate(layers.error());
  auto model = LayerwiseModel::fit(*layers);
  if (!model || request.output.empty()) return model;
  if (const auto written = model->write(request.output, request.source); !written)
    return propagate(written.error());
  return model;
}

Result<LayerwiseModel> read_layer_model(const std::filesystem::path& file) {
  return LayerwiseModel::read(file.empty() ? share_directory() / "models" / "layerwise.json" : file);
}

Result<LayerwisePrediction> predict_layers(const LayerwiseRequest& request, const LayerwiseModel& model) {
  const auto cpu = model.on(request.cpu);
  if (!cpu) return propagate(cpu.error());
  const auto options = network::parse_load_options(request.inputs, {}, std::nullopt);
  if (!options) return propagate(options.error());
  const auto network = network::load_network(request.network, *options);
  if (!network) return propagate(network.error());
  auto estimate = (*cpu)->predict(*network, request.batch);
  if (!estimate) return propagate(estimate.error());
  return LayerwisePrediction{network->name, request.cpu, request.batch, std::move(*estimate)};
}

Result<estimate::LayerwiseEvaluation> evaluate_layers(const LayerEvaluationRequest& request) {
  const auto layers = estimate::read_layer_table(request.table);
  if (!layers) return propagate(layers.error());
  Result<std::vector<estimate::MeasuredNetwork>> networks;
  if (!request.networks.empty()) networks = estimate::read_network_table(request.networks);
  if (!networks) return propagate(networks.error());
  return estimate::evaluate_layerwise(*layers, *networks);
}

}  // namespace joulecast::session
