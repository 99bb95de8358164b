#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/without_gil.hpp"
#include "network/live.hpp"
#include "report/machine/network_report.hpp"
#include "session/machine/describe_network.hpp"

namespace joulecast::python {
namespace {

using network::ArchitectureFeatures;
using network::Layer;
using network::LiveNetwork;
using network::LiveOperation;
using network::Shape;
using session::NetworkDescription;
using session::NetworkRequest;

void bind_layer(nb::module_& module) {
  nb::class_<Layer>(module, "Layer",
                    "One operation of a network; figures of one sample and one forward pass.")
      .def_ro("name", &Layer::name)
      .def_ro("operation", &Layer::operation)
      .def_prop_ro("kind", get(&Layer::kind))
      .def_prop_ro("output", get(&Layer::output), "shape, with the batch that was described")
      .def_ro("parameters", &Layer::parameters)
      .def_ro("macs", &Layer::macs, "multiply-accumulates")
      .def_ro("flops", &Layer::flops)
      .def_ro("backward_flops", &Layer::backward_flops)
      .def_ro("output_bytes", &Layer::output_bytes, "activations written")
      .def_ro("saved_bytes", &Layer::saved_bytes, "activations that training keeps for the backward pass");
}

/// A getter of a figure of the network's totals, its features, or its memory.
template <class Member>
auto of_totals(Member network::Totals::*member) {
  return [member](const NetworkDescription& self) { return self.totals.*member; };
}
template <class Member>
auto of_network(Member ArchitectureFeatures::*member) {
  return [member](const NetworkDescription& self) { return self.network.*member; };
}

void bind_request(nb::module_& module) {
  nb::class_<NetworkRequest>(module, "NetworkRequest")
      .def(nb::init<>())
      .def_rw("model", &NetworkRequest::model)
      .def_rw("inputs", &NetworkRequest::inputs)
      .def_rw("dimensions", &NetworkRequest::dimensions)
      .def_rw("classes", &NetworkRequest::classes, nb::arg().none())
      .def_rw("sequence", &NetworkRequest::sequence, nb::arg().none())
      .def_rw("batch", &NetworkRequest::batch)
      .def_rw("optimizer", &NetworkRequest::optimiser)
      .def_rw("precision", &NetworkRequest::precision)
      .def_rw("gpus", &NetworkRequest::gpus)
      .def_rw("accumulate", &NetworkRequest::accumulate)
      .def_rw("checkpointing", &NetworkRequest::checkpointing)
      .def_rw("shard", &NetworkRequest::shard)
      .def_rw("freeze", &NetworkRequest::freeze)
      .def_rw("lora", &NetworkRequest::lora, nb::arg().none())
      .def_rw("gpu", &NetworkRequest::gpu);
}

void bind_description(nb::module_& module) {
  nb::class_<NetworkDescription>(module, "Network",
                                 "What a network computes and what a training step of it needs.")
      .def_prop_ro("name", of_network(&ArchitectureFeatures::name))
      .def_prop_ro("origin", of_network(&ArchitectureFeatures::origin), "the file, or the library")
      .def_prop_ro("layers", of_network(&ArchitectureFeatures::layers))
      .def_prop_ro("depth", of_network(&ArchitectureFeatures::depth), "weighted layers on the longest path")
      .def_prop_ro("parameters", of_totals(&network::Totals::parameters))
      .def_prop_ro("macs", of_totals(&network::Totals::macs),
                   "multiply-accumulates of one sample's forward pass")
      .def_prop_ro("flops", of_totals(&network::Totals::flops), "of one sample's forward pass")
      .def_prop_ro("activation_bytes", of_totals(&network::Totals::saved_bytes),
                   "kept for the backward pass of one sample")
      .def_ro("batch", &NetworkDescription::batch, "samples in a training step")
      .def_prop_ro(
          "step_flops", [](const NetworkDescription& self) { return self.step.flops(); },
          "of a training step over the batch")
      .def_prop_ro(
          "memory_bytes", [](const NetworkDescription& self) { return self.memory.total(); },
          "of one GPU: peak while training, without the framework's own")
      .def_prop_ro(
          "memory_parts",
          [](const NetworkDescription& self) {
            const auto& memory = self.memory;
            return std::map<std::string, double>{
                {"weights", memory.weights},         {"gradients", memory.gradients},
                {"optimizer", memory.optimiser},     {"activations", memory.activations},
                {"working set", memory.working_set}, {"cast weights", memory.cast_weights}};
          },
          "what memory_bytes consists of")
      .def_ro("gpu", &NetworkDescription::gpu, "the catalogue's name of the GPU that was named")
      .def_ro("gpu_memory_bytes", &NetworkDescription::gpu_memory_bytes)
      .def_ro("largest_batch", &NetworkDescription::largest_batch,
              "samples of a step over all GPUs that fit; 0 if not even one does, None without a GPU")
      .def_prop_ro(
          "uncounted",
          [](const NetworkDescription& self) {
            std::map<std::string, int> nodes;
            for (const auto& missing : self.network.uncounted) nodes[missing.operation] += missing.nodes;
            return nodes;
          },
          "operators that are not in the figures, with the number of their nodes")
      .def_prop_ro("notes", of_network(&ArchitectureFeatures::notes))
      .def("__str__", [](const NetworkDescription& self) { return report::to_text(self, /*layers=*/false); })
      .def(
          "table", [](const NetworkDescription& self) { return report::to_text(self, /*layers=*/true); },
          "The layers as text, one a line.")
      .def("to_json",
           [](const NetworkDescription& self) { return report::to_json_text(self, /*layers=*/true); });
}

using Writes = std::vector<std::pair<Shape, double>>;

network::LayerKind kind_of(const std::string& name) {
  using enum network::LayerKind;
  for (const auto kind : {normalisation, elementwise, pooling, movement})
    if (name_of(kind) == name) return kind;
  return other;
}

void bind_live_network(nb::module_& module) {
  const auto operation = nb::arg("operation");
  nb::class_<LiveOperation>(module, "LiveOperation")
      .def(
          "__init__",
          [](LiveOperation* self, std::string name, std::string operation_name, std::vector<int> reads,
             Writes writes, double times) {
            new (self) LiveOperation{std::move(name), std::move(operation_name), std::move(reads),
                                     std::move(writes), times};
          },
          nb::arg("name"), operation, nb::arg("reads"), nb::arg("writes"), nb::arg("times") = 1.0);
  nb::class_<LiveNetwork>(module, "LiveNetwork", "Takes a network from a program, operation by operation.")
      .def(nb::init<std::string, std::string, std::int64_t>(), nb::arg("name"), nb::arg("origin"),
           nb::arg("batch"))
      .def("input", &LiveNetwork::input, nb::arg("name"), nb::arg("shape"), nb::arg("element_bytes"))
      .def("weight", &LiveNetwork::weight, nb::arg("key"), nb::arg("shape"), nb::arg("element_bytes"))
      .def("constant", &LiveNetwork::constant, nb::arg("shape"), nb::arg("element_bytes"))
      .def("view", &LiveNetwork::view, nb::arg("tensor"), nb::arg("shape"))
      .def("derived", &LiveNetwork::derived, nb::arg("tensors"), nb::arg("shape"), nb::arg("element_bytes"))
      .def(
          "convolution",
          [](LiveNetwork& self, const LiveOperation& done, double in_channels, double out_channels,
             double groups, double kernel_area, double positions, bool bias) {
            return self.convolution(done, {in_channels, out_channels, groups, kernel_area, positions, bias});
          },
          operation, nb::arg("in_channels"), nb::arg("out_channels"), nb::arg("groups"),
          nb::arg("kernel_area"), nb::arg("positions"), nb::arg("bias"))
      .def(
          "product",
          [](LiveNetwork& self, const LiveOperation& done, double rows, double columns, double depth,
             double groups, bool bias) {
            return self.product(done, {.rows = rows, .columns = columns, .depth = depth, .groups = groups},
                                bias);
          },
          operation, nb::arg("rows"), nb::arg("columns"), nb::arg("depth"), nb::arg("groups") = 1.0,
          nb::arg("bias") = false)
      .def(
          "fused_attention",
          [](LiveNetwork& self, const LiveOperation& done, double rows, double columns, double depth,
             double groups) {
            return self.fused_attention(done,
                                        {.rows = rows, .columns = columns, .depth = depth, .groups = groups});
          },
          operation, nb::arg("rows"), nb::arg("columns"), nb::arg("depth"), nb::arg("groups"))
      .def(
          "recurrence",
          [](LiveNetwork& self, const LiveOperation& done, double inputs, double hidden, double gates,
             double steps, double directions, double batch, double projection) {
            return self.recurrence(done, {inputs, hidden, gates, steps, directions, projection}, batch);
          },
          operation, nb::arg("inputs"), nb::arg("hidden"), nb::arg("gates"), nb::arg("steps"),
          nb::arg("directions"), nb::arg("batch"), nb::arg("projection") = 0)
      .def("gather", &LiveNetwork::gather, operation)
      .def(
          "elements",
          [](LiveNetwork& self, const LiveOperation& done, const std::string& kind,
             std::optional<double> elements,
             std::optional<double> each) { return self.elements(done, kind_of(kind), elements, each); },
          operation, nb::arg("kind"), nb::arg("elements") = nb::none(), nb::arg("each") = nb::none())
      .def("uncounted", &LiveNetwork::uncounted, operation, nb::arg("reason"))
      .def("note", &LiveNetwork::note, nb::arg("text"))
      .def(
          "finish",
          [](LiveNetwork& self, const NetworkRequest& request) {
            return value_of(session::describe_network(value_of(std::move(self).finish()), request));
          },
          nb::arg("request"), "The description. Leaves nothing behind.");
}

}  // namespace

void bind_network(nb::module_& module) {
  bind_layer(module);
  bind_request(module);
  bind_description(module);
  bind_live_network(module);
  module.def(
      "describe_network",
      [](const NetworkRequest& request) {
        const WithoutGil released;
        return value_of(session::describe_network(request));
      },
      nb::arg("request"));
  module.def(
      "known_networks", [] { return value_of(session::known_networks()).names; },
      "Every network that can be given by name.");
}

}  // namespace joulecast::python
