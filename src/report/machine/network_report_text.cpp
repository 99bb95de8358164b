#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "report/machine/network_report.hpp"
#include "report/plain_text.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using network::ArchitectureFeatures;
using network::Shape;
using session::NetworkDescription;

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

/// The shape at the report's batch size: replaces a first side that equals the source's batch size.
Shape for_batch(Shape shape, const ArchitectureFeatures& net, std::int64_t batch) {
  if (shape.size() > 1 && shape.front() == net.batch) shape.front() = batch;
  return shape;
}

/// Cuts a long path at the front, because its end tells layers apart.
std::string shorten_front(std::string_view name, std::size_t width) {
  return name.size() <= width ? printable(name) : "…" + printable(name.substr(name.size() - width + 1));
}

std::string layer_table(const NetworkDescription& description) {
  const auto& net = description.network;
  constexpr std::size_t widest_name = 44;
  using enum Align;
  TextTable table({left, left, left, left, right, right}, "");
  table.add({"Layer", "Operation", "Kind", "Output", "Parameters", "MACs"});
  for (const auto& layer : net.layers)
    table.add({shorten_front(layer.name, widest_name), printable(layer.operation),
               std::string(name_of(layer.kind)),
               network::to_text(for_batch(layer.output, net, description.batch)),
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

/// "amp-bf16, 8 GPUs, 4 batches a step, checkpointing, sharded (stage 3)"
std::string setup_text(const NetworkDescription& description) {
  const auto& setup = description.setup;
  auto text = std::string(name_of(setup.precision));
  text += ", " + to_text(description.frozen);
  text += fmt::format(", {} GPU{}", setup.gpus, setup.gpus == 1 ? "" : "s");
  if (setup.accumulate > 1) text += fmt::format(", {} smaller batches a step", setup.accumulate);
  text += setup.checkpointing ? ", checkpointing" : ", no checkpointing";
  return text + (setup.shard > 0 ? fmt::format(", sharded (stage {})", setup.shard) : ", not sharded");
}

std::string largest_text(const NetworkDescription& description) {
  const auto memory = scaled(*description.gpu_memory_bytes, "B");
  if (*description.largest_batch == 0)
    return fmt::format("none fits into {} of a {}", memory, description.gpu);
  return fmt::format("{} in {} of a {}, without the framework's own", *description.largest_batch, memory,
                     description.gpu);
}

std::string totals_text(const NetworkDescription& description) {
  const auto& net = description.network;
  const auto& sum = description.totals;
  const auto& step = description.step;
  const auto& memory = description.memory;
  std::string text;
  const auto line = [&](std::string_view name, const std::string& value) {
    text += fmt::format("  {:<32} {}\n", name, value);
  };
  line("parameters", grouped(sum.parameters));
  if (sum.trained_parameters != sum.parameters)
    line("  trained", fmt::format("{}, {:.3g} %", grouped(sum.trained_parameters),
                                  100 * static_cast<double>(sum.trained_parameters) /
                                      static_cast<double>(sum.parameters)));
  line("forward, one sample", fmt::format("{}, {}", scaled(sum.macs, "MACs"), scaled(sum.flops, "FLOPs")));
  line("activations, one sample",
       fmt::format("{} written, {} kept for training", scaled(sum.activation_bytes, "B"),
                   scaled(sum.saved_bytes, "B")));
  line("depth, kernels", fmt::format("{} weighted layers deep, {} forward kernels", net.depth, sum.kernels));
  line(fmt::format("training step, batch {}", description.batch),
       fmt::format("{}: forward {}, backward {}, {} {}", scaled(step.flops(), "FLOPs"),
                   scaled(step.forward_flops, ""), scaled(step.backward_flops, ""),
                   description.optimiser.name, scaled(step.optimiser_flops, "")));
  line("  memory traffic, at most", scaled(step.bytes(), "B"));
  line("  arithmetic intensity",
       fmt::format("{:.3g} FLOPs/B forward", description.summary.arithmetic_intensity));
  if (description.recomputed_flops > 0)
    line("  computed again", scaled(description.recomputed_flops, "FLOPs"));
  line("  setup", setup_text(description));
  line("  peak memory of a GPU",
       fmt::format("{}: weights {}, gradients {}, {} {}, activations {}, working set {}",
                   scaled(memory.total(), "B"), scaled(memory.weights, "B"), scaled(memory.gradients, "B"),
                   description.optimiser.name, scaled(memory.optimiser, "B"), scaled(memory.activations, "B"),
                   scaled(memory.working_set, "B")) +
           (memory.cast_weights > 0 ? ", cast weights " + scaled(memory.cast_weights, "B") : ""));
  if (description.largest_batch) line("  largest batch", largest_text(description));
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

}  // namespace

std::string to_text(const NetworkDescription& description, bool layers) {
  const auto& net = description.network;
  std::string text = fmt::format("{} ({})\n", printable(net.name), printable(net.origin));
  for (const auto& input : net.inputs)
    text += fmt::format("  input {}: {}\n", printable(input.name),
                        network::to_text(for_batch(input.shape, net, description.batch)));
  text += "\n";
  if (layers) text += layer_table(description) + "\n";
  return text + totals_text(description) + caveats(net);
}

std::string to_text(const session::NetworkNames& names) {
  return fmt::format("{}\n", fmt::join(names.names, "\n"));
}

}  // namespace joulecast::report
