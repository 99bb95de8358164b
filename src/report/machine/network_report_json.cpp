#include <nlohmann/json.hpp>

#include "report/json_value.hpp"
#include "report/machine/network_report.hpp"

namespace joulecast::report {
namespace {

using network::Layer;
using nlohmann::ordered_json;
using session::NetworkDescription;

ordered_json layer_json(const Layer& layer) {
  ordered_json json{{"name", layer.name},
                    {"operation", layer.operation},
                    {"kind", name_of(layer.kind)},
                    {"output_shape", layer.output},
                    {"parameters", layer.parameters},
                    {"macs", layer.macs},
                    {"flops", layer.flops},
                    {"backward_flops", layer.backward_flops},
                    {"input_bytes", layer.input_bytes},
                    {"output_bytes", layer.output_bytes},
                    {"weight_bytes", layer.weight_bytes},
                    {"kept_bytes", layer.saved_bytes},
                    {"kernels", layer.kernels}};
  if (layer.product)
    json["product"] = {{"rows", layer.product->rows},
                       {"columns", layer.product->columns},
                       {"depth", layer.product->depth},
                       {"groups", layer.product->groups}};
  return json;
}

ordered_json totals_json(const NetworkDescription& description) {
  const auto& sum = description.totals;
  return {{"parameters", sum.parameters},
          {"trained_parameters", sum.trained_parameters},
          {"macs", sum.macs},
          {"flops", sum.flops},
          {"backward_flops", sum.backward_flops},
          {"activation_bytes", sum.activation_bytes},
          {"traffic_bytes", sum.traffic_bytes},
          {"weight_bytes", sum.weight_bytes},
          {"kept_bytes", sum.saved_bytes},
          {"depth", description.network.depth},
          {"kernels", sum.kernels}};
}

ordered_json training_json(const NetworkDescription& description) {
  const auto& step = description.step;
  const auto& memory = description.memory;
  return {{"batch", description.batch},
          {"optimiser", description.optimiser.name},
          {"forward_flops", step.forward_flops},
          {"backward_flops", step.backward_flops},
          {"optimiser_flops", step.optimiser_flops},
          {"forward_bytes", step.forward_bytes},
          {"backward_bytes", step.backward_bytes},
          {"optimiser_bytes", step.optimiser_bytes},
          {"kernels", step.kernels},
          {"peak_memory_bytes",
           {{"total", memory.total()},
            {"weights", memory.weights},
            {"gradients", memory.gradients},
            {"optimiser", memory.optimiser},
            {"activations", memory.activations},
            {"working_set", memory.working_set},
            {"cast_weights", memory.cast_weights}}},
          {"setup",
           {{"precision", name_of(description.setup.precision)},
            {"gpus", description.setup.gpus},
            {"accumulate", description.setup.accumulate},
            {"checkpointing", description.setup.checkpointing},
            {"shard", description.setup.shard},
            {"frozen", to_text(description.frozen)}}},
          {"recomputed_flops", description.recomputed_flops},
          {"gpu", or_null(description.gpu)},
          {"gpu_memory_bytes", or_null(description.gpu_memory_bytes)},
          {"largest_batch", or_null(description.largest_batch)}};
}

ordered_json summary_json(const network::Summary& summary) {
  return {{"arithmetic_intensity", summary.arithmetic_intensity},
          {"convolution_share", summary.convolution_share},
          {"depthwise_share", summary.depthwise_share},
          {"pointwise_share", summary.pointwise_share},
          {"dense_share", summary.dense_share},
          {"attention_share", summary.attention_share},
          {"recurrent_share", summary.recurrent_share},
          {"memory_bound_share", summary.memory_bound_share},
          {"log2_mean_columns", summary.log2_mean_columns},
          {"log2_mean_depth", summary.log2_mean_depth}};
}

}  // namespace

ordered_json to_json(const NetworkDescription& description, bool layers) {
  const auto& net = description.network;
  ordered_json json{{"name", net.name}, {"origin", net.origin}, {"inputs", ordered_json::array()}};
  for (const auto& input : net.inputs)
    json["inputs"].push_back({{"name", input.name}, {"shape", input.shape}});
  json["totals"] = totals_json(description);
  json["training_step"] = training_json(description);
  json["summary"] = summary_json(description.summary);
  json["uncounted_share"] = uncounted_share(net);
  json["uncounted"] = ordered_json::array();
  for (const auto& missed : net.uncounted)
    json["uncounted"].push_back({{"operation", missed.operation},
                                 {"reason", missed.reason},
                                 {"nodes", missed.nodes},
                                 {"parameters", missed.parameters}});
  json["notes"] = net.notes;
  json["layers"] = ordered_json::array();
  if (layers)
    for (const auto& layer : net.layers) json["layers"].push_back(layer_json(layer));
  return json;
}

ordered_json to_json(const session::NetworkNames& names) {
  return {{"names", names.names}};
}

std::string to_json_text(const NetworkDescription& description, bool layers) {
  return json_text(to_json(description, layers));
}

std::string to_json_text(const session::NetworkNames& names) {
  return json_text(to_json(names));
}

}  // namespace joulecast::report
