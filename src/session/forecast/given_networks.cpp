#include "session/forecast/given_networks.hpp"

#include "hardware/catalogue.hpp"
#include "network/load.hpp"
#include "network/named.hpp"
#include "network/onnx.hpp"
#include "network/transformer/config.hpp"

namespace joulecast::session {
namespace {

Result<network::ArchitectureFeatures> uploaded(const GivenNetworks& given,
                                               const network::LoadOptions& options) {
  const std::string label = given.label.empty() ? "uploaded" : given.label;
  if (!given.is_onnx)
    return network::parse_config(given.upload, label, label,
                                 {options.sequence, options.input, options.classes});
  if (options.classes) return fail_field("classes", "an ONNX file fixes its number of classes");
  if (options.sequence)
    return fail_field("sequence", "an ONNX file names its own dimensions: give dimension=NAME=SIZE");
  auto network =
      network::parse_onnx(given.upload, label, {options.input, options.input_shapes, options.dimensions});
  // Graphs in ONNX files are often called "main_graph".
  if (network) network->name = label;
  return network;
}

}  // namespace

Result<std::vector<network::ArchitectureFeatures>> given_networks(const GivenNetworks& given) {
  if (given.names.empty() == given.upload.empty())
    return fail_field("model", "give the name of a network, or send a config.json or an ONNX file");
  auto options = network::parse_load_options(given.inputs, given.dimensions, given.classes);
  if (!options) return propagate(options.error());
  options->sequence = given.sequence;
  std::vector<network::ArchitectureFeatures> networks;
  if (!given.upload.empty()) {
    auto network = uploaded(given, *options);
    if (!network) return propagate(network.error());
    networks.push_back(std::move(*network));
    return networks;
  }
  if (!options->input_shapes.empty() || !options->dimensions.empty())
    return fail_field("dimension", "inputs and dimensions by name are for ONNX files");
  for (const auto& name : given.names) {
    auto network = network::build_named(name, {options->input, options->classes, options->sequence});
    if (!network) {
      auto error = network.error();
      if (error.is_field) return propagate(std::move(error));
      return fail_field("model", "{}", to_string(error));
    }
    networks.push_back(std::move(*network));
  }
  return networks;
}

Status name_gpus(std::vector<std::string>& gpus) {
  if (gpus.empty()) return fail_field("gpu", "name at least one GPU");
  for (auto& name : gpus) {
    if (name.find('=') != std::string::npos) {
      const auto described = hardware::gpu_from_text(name);
      if (!described) return fail_field("gpu", "{}", to_string(described.error()));
      continue;
    }
    const auto gpu = hardware::find_gpu(name);
    if (!gpu) return fail_field("gpu", "{}", to_string(gpu.error()));
    name = gpu->name;
  }
  return {};
}

}  // namespace joulecast::session
