#include "report/network_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/plain_text.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using network::ArchitectureFeatures;
using network::Layer;
using network::Shape;
using Json = nlohmann::ordered_json;

/// 1234567 -> "1,234,567"
std::string grouped(std::int64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

/// Three significant digits with a decimal prefix: "4.09 G".
std::string scaled(double value, std::string_view unit) {
  static constexpr std::pair<double, std::string_view> prefixes[]{
      {1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}};
  for (const auto& [factor, prefix] : prefixes)
    if (value >= factor) return fmt::format("{:.3g} {}{}", value / factor, prefix, unit);
  return fmt::format("{:.3g} {}", value, unit);
}

/// The shape for the batch that the report is for: a first side equal to the source's batch follows it.
Shape for_batch(Shape shape, const ArchitectureFeatures& net, std::int64_t batch) {
  if (shape.size() > 1 && shape.front() == net.batch) shape.front() = batch;
  return shape;
}

/// The end of a long path tells layers apart, its beginning does not.
std::string shorten_front(std::string_view name, std::size_t width) {
  return name.size() <= width ? printable(name) : "…" + printable(name.substr(name.size() - width + 1));
}

std::string layer_table(const ArchitectureFeatures& net, const NetworkReportOptions& options) {
  constexpr std::size_t widest_name = 44;
  using enum Align;
  TextTable table({left, left, left, left, right, right}, "");
  table.add({"Layer", "Operation", "Kind", "Output", "Parameters", "MACs"});
  for (const auto& layer : net.layers)
    table.add({shorten_front(layer.name, widest_name), printable(layer.operation),
               std::string(name_of(layer.kind)),
               network::to_text(for_batch(layer.output, net, options.batch)),
               layer.parameters == 0 ? "-" : grouped(layer.parameters),
               layer.macs == 0 ? "-" : scaled(layer.macs, "")});
  return table.text();
}

std::string kinds_table(const ArchitectureFeatures& net, const network::Totals& sum) {
  struct Share {
    std::size_t layers = 0;
    double macs = 0, bytes = 0;
  };
  std::map<network::LayerKind, Share> shares;
  for (const auto& layer : net.layers) {
    auto& share = shares[layer.kind];
    ++share.layers;
    share.macs += layer.macs;
    share.bytes += layer.input_bytes + layer.output_bytes;
  }
  using enum Align;
  TextTable table({left, right, right, right});
  table.add({"kind", "layers", "of MACs", "of bytes moved"});
  const auto percent = [](double part, double whole) {
    return whole > 0 ? fmt::format("{:.1f} %", 100 * part / whole) : "-";
  };
  for (const auto& [kind, share] : shares)
    table.add({std::string(name_of(kind)), std::to_string(share.layers), percent(share.macs, sum.macs),
               percent(share.bytes, sum.traffic_bytes)});
  return table.text();
}

std::string totals_text(const ArchitectureFeatures& net, const NetworkReportOptions& options) {
  const auto sum = totals(net);
  const auto step = step_cost(net, options.batch, options.optimiser);
  const auto memory = training_memory(net, options.batch, options.optimiser);
  const auto summary = summarise(net, options.batch);
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("  {:<32} {}\n", name, value);
  };
  line("parameters", grouped(sum.parameters));
  line("forward, one sample", fmt::format("{}, {}", scaled(sum.macs, "MACs"), scaled(sum.flops, "FLOPs")));
  line("activations, one sample",
       fmt::format("{} written, {} kept for training", scaled(sum.activation_bytes, "B"),
                   scaled(sum.saved_bytes, "B")));
  line("depth, kernels", fmt::format("{} weighted layers deep, {} forward kernels", net.depth, sum.kernels));
  line(fmt::format("training step, batch {}", options.batch),
       fmt::format("{}: forward {}, backward {}, {} {}", scaled(step.flops(), "FLOPs"),
                   scaled(step.forward_flops, ""), scaled(step.backward_flops, ""), options.optimiser.name,
                   scaled(step.optimiser_flops, "")));
  line("  memory traffic, at most", scaled(step.bytes(), "B"));
  line("  arithmetic intensity", fmt::format("{:.3g} FLOPs/B forward", summary.arithmetic_intensity));
  line("  peak memory",
       fmt::format("{}: weights {}, gradients {}, {} {}, activations {}, working set {}",
                   scaled(memory.total(), "B"), scaled(memory.weights, "B"), scaled(memory.gradients, "B"),
                   options.optimiser.name, scaled(memory.optimiser, "B"), scaled(memory.activations, "B"),
                   scaled(memory.working_set, "B")));
  return text + "\n" + kinds_table(net, sum);
}

std::string caveats(const ArchitectureFeatures& net) {
  std::string text;
  if (!net.uncounted.empty()) {
    text += fmt::format("\nNot counted: {:.1f} % of the nodes\n", 100 * uncounted_share(net));
    for (const auto& missed : net.uncounted)
      text += fmt::format(
          "  {} x {}: {}{}\n", missed.nodes, printable(missed.operation), missed.reason,
          missed.parameters > 0 ? fmt::format(" ({} parameters)", grouped(missed.parameters)) : "");
  }
  for (const auto& note : net.notes) text += "\nNote: " + wrapped(note, 100, "      ") + "\n";
  return text;
}

Json layer_json(const Layer& layer) {
  Json json{{"name", layer.name},
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

Json totals_json(const ArchitectureFeatures& net) {
  const auto sum = totals(net);
  return {{"parameters", sum.parameters},
          {"macs", sum.macs},
          {"flops", sum.flops},
          {"backward_flops", sum.backward_flops},
          {"activation_bytes", sum.activation_bytes},
          {"traffic_bytes", sum.traffic_bytes},
          {"weight_bytes", sum.weight_bytes},
          {"kept_bytes", sum.saved_bytes},
          {"depth", net.depth},
          {"kernels", sum.kernels}};
}

Json training_json(const ArchitectureFeatures& net, const NetworkReportOptions& options) {
  const auto step = step_cost(net, options.batch, options.optimiser);
  const auto memory = training_memory(net, options.batch, options.optimiser);
  return {{"batch", options.batch},
          {"optimiser", options.optimiser.name},
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
            {"working_set", memory.working_set}}}};
}

Json summary_json(const network::Summary& summary) {
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

std::string network_text(const ArchitectureFeatures& net, const NetworkReportOptions& options) {
  std::string text = fmt::format("{} ({})\n", printable(net.name), printable(net.origin));
  for (const auto& input : net.inputs)
    text += fmt::format("  input {}: {}\n", printable(input.name),
                        network::to_text(for_batch(input.shape, net, options.batch)));
  text += "\n";
  if (options.layers) text += layer_table(net, options) + "\n";
  return text + totals_text(net, options) + caveats(net);
}

Json network_json(const ArchitectureFeatures& net, const NetworkReportOptions& options) {
  Json json{{"name", net.name}, {"origin", net.origin}, {"inputs", Json::array()}};
  for (const auto& input : net.inputs)
    json["inputs"].push_back({{"name", input.name}, {"shape", input.shape}});
  json["totals"] = totals_json(net);
  json["training_step"] = training_json(net, options);
  json["summary"] = summary_json(summarise(net, options.batch));
  json["uncounted_share"] = uncounted_share(net);
  json["uncounted"] = Json::array();
  for (const auto& missed : net.uncounted)
    json["uncounted"].push_back({{"operation", missed.operation},
                                 {"reason", missed.reason},
                                 {"nodes", missed.nodes},
                                 {"parameters", missed.parameters}});
  json["notes"] = net.notes;
  json["layers"] = Json::array();
  if (options.layers)
    for (const auto& layer : net.layers) json["layers"].push_back(layer_json(layer));
  return json;
}

}  // namespace joulecast::report
