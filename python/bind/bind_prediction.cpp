#include <nanobind/stl/filesystem.h>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "report/network_report.hpp"
#include "report/prediction_report.hpp"
#include "session/forecast/predict_training.hpp"
#include "session/machine/describe_network.hpp"

namespace joulecast::python {
namespace {

using session::NetworkDescription;
using session::Predicted;
using session::Prediction;
using session::PredictionRequest;
using session::PredictionResult;
using trace::TrainingDescription;

template <class Member>
auto of_training(Member TrainingDescription::*member) {
  return [member](const Prediction& prediction) { return plain(prediction.training.*member); };
}
/// A setter and getter of a request's common description.
template <class Member>
void def_training(nb::class_<PredictionRequest>& request, const char* name,
                  Member TrainingDescription::*member) {
  request.def_prop_rw(
      name, [member](const PredictionRequest& self) { return self.training.*member; },
      [member](PredictionRequest& self, Member value) { self.training.*member = std::move(value); },
      nb::for_setter(nb::arg("value").none()));
}

void bind_request(nb::module_& module) {
  nb::class_<PredictionRequest> request(module, "PredictionRequest");
  request.def(nb::init<>())
      .def_rw("networks", &PredictionRequest::networks)
      .def_rw("inputs", &PredictionRequest::inputs)
      .def_rw("dimensions", &PredictionRequest::dimensions)
      .def_rw("classes", &PredictionRequest::classes, nb::arg().none())
      .def_rw("gpus", &PredictionRequest::gpus)
      .def_rw("batches", &PredictionRequest::batches)
      .def_rw("like", &PredictionRequest::like)
      .def_rw("fitted", &PredictionRequest::fitted)
      .def(
          "set_place",
          [](PredictionRequest& self, std::string country, std::string region,
             std::optional<double> intensity, std::optional<double> pue) {
            self.place = {std::move(country), std::move(region), intensity, pue};
          },
          nb::arg("country"), nb::arg("region"), nb::arg("intensity").none(), nb::arg("pue").none());
  def_training(request, "gpu_count", &TrainingDescription::gpu_count);
  def_training(request, "epochs", &TrainingDescription::epochs);
  def_training(request, "samples", &TrainingDescription::train_samples);
  def_training(request, "power_limit_w", &TrainingDescription::gpu_power_limit_w);
  request
      .def_prop_rw(
          "dataset", [](const PredictionRequest& self) { return self.training.dataset; },
          [](PredictionRequest& self, std::string value) { self.training.dataset = std::move(value); })
      .def_prop_rw(
          "framework", [](const PredictionRequest& self) { return self.training.framework; },
          [](PredictionRequest& self, std::string value) { self.training.framework = std::move(value); })
      .def_prop_rw(
          "optimizer", [](const PredictionRequest& self) { return self.training.optimizer; },
          [](PredictionRequest& self, std::string value) { self.training.optimizer = std::move(value); });
}

void bind_result(nb::module_& module) {
  nb::class_<Predicted>(module, "Predicted", "A predicted figure with its 90 % interval.")
      .def_ro("value", &Predicted::value)
      .def_ro("low", &Predicted::low)
      .def_ro("high", &Predicted::high)
      .def_ro("calibrated", &Predicted::calibrated, "False: the interval is model-based");
  nb::class_<Prediction>(module, "Prediction", "What a training will cost on a GPU.")
      .def_prop_ro("architecture", of_training(&TrainingDescription::architecture))
      .def_prop_ro("gpu", of_training(&TrainingDescription::gpu), "the catalogue's name")
      .def_prop_ro("gpu_count", of_training(&TrainingDescription::gpu_count))
      .def_prop_ro("batch_size", of_training(&TrainingDescription::batch_size))
      .def_prop_ro("epochs", of_training(&TrainingDescription::epochs))
      .def_ro("power_w", &Prediction::power_w, "mean power of all GPUs, in watts")
      .def_ro("epoch_time_s", &Prediction::epoch_time_s)
      .def_ro("epoch_energy_j", &Prediction::epoch_energy_j)
      .def_ro("total_energy_j", &Prediction::total_energy_j)
      .def_prop_ro("emissions_g",
                   [](const Prediction& prediction) -> std::optional<double> {
                     if (!prediction.emissions) return std::nullopt;
                     return plain(prediction.emissions->mass);
                   })
      .def_ro("memory_needed_gb", &Prediction::memory_needed_gb, "of one GPU")
      .def_ro("memory_gb", &Prediction::memory_gb, "of one GPU")
      .def_ro("fits", &Prediction::fits, "into the GPU's memory; True if unknown")
      .def_prop_ro("seen", get(&Prediction::novelty),
                   "how near the measured trainings are: \"repeat\" … \"new-source\"");
  nb::class_<PredictionResult>(module, "Predictions", "Predictions, the cheapest first.")
      .def_ro("predictions", &PredictionResult::predictions)
      .def_ro("model_file", &PredictionResult::model_file)
      .def("__str__", [](const PredictionResult& result) { return report::to_text(result.predictions); })
      .def("to_json", [](const PredictionResult& result) { return report::to_json_text(result); });
}

void bind_network(nb::module_& module) {
  using network::Layer;
  nb::class_<Layer>(module, "Layer",
                    "One operation of a network; figures of one sample and one forward pass.")
      .def_ro("name", &Layer::name)
      .def_ro("operation", &Layer::operation)
      .def_prop_ro("kind", get(&Layer::kind))
      .def_prop_ro("output", get(&Layer::output), "shape")
      .def_ro("parameters", &Layer::parameters)
      .def_ro("macs", &Layer::macs, "multiply-accumulates")
      .def_ro("flops", &Layer::flops);
  nb::class_<NetworkDescription>(module, "Network",
                                 "What a network computes and what a training step of it needs.")
      .def_prop_ro("name", [](const NetworkDescription& self) { return self.network.name; })
      .def_prop_ro("layers", [](const NetworkDescription& self) { return self.network.layers; })
      .def_prop_ro("parameters", [](const NetworkDescription& self) { return self.totals.parameters; })
      .def_prop_ro(
          "macs", [](const NetworkDescription& self) { return self.totals.macs; },
          "multiply-accumulates of one sample's forward pass")
      .def_prop_ro("flops", [](const NetworkDescription& self) { return self.totals.flops; })
      .def_ro("batch", &NetworkDescription::batch)
      .def_prop_ro(
          "step_flops", [](const NetworkDescription& self) { return self.step.flops(); },
          "of a training step over the batch")
      .def_prop_ro(
          "memory_bytes", [](const NetworkDescription& self) { return self.memory.total(); },
          "peak while training, without the framework's own")
      .def_prop_ro(
          "uncounted",
          [](const NetworkDescription& self) {
            std::map<std::string, int> nodes;
            for (const auto& missing : self.network.uncounted) nodes[missing.operation] += missing.nodes;
            return nodes;
          },
          "operators that are not in the figures, with the number of their nodes")
      .def_prop_ro("notes", [](const NetworkDescription& self) { return self.network.notes; })
      .def("__str__", [](const NetworkDescription& self) { return report::to_text(self, /*layers=*/false); });
}

}  // namespace

void bind_prediction(nb::module_& module) {
  bind_request(module);
  bind_result(module);
  bind_network(module);
  module.def(
      "predict",
      [](const PredictionRequest& request) {
        const nb::gil_scoped_release released;
        return value_of(session::predict_training(request));
      },
      nb::arg("request"));
  module.def(
      "describe_network",
      [](std::string model, std::vector<std::string> inputs, std::vector<std::string> dimensions,
         std::optional<std::int64_t> classes, std::int64_t batch, std::string optimizer) {
        const nb::gil_scoped_release released;
        return value_of(session::describe_network({std::move(model), std::move(inputs), std::move(dimensions),
                                                   classes, batch, std::move(optimizer)}));
      },
      nb::arg("model"), nb::arg("inputs"), nb::arg("dimensions"), nb::arg("classes").none(), nb::arg("batch"),
      nb::arg("optimizer"));
  module.def(
      "known_networks", [] { return value_of(session::known_networks()).names; },
      "Every network that can be given by name.");
}

}  // namespace joulecast::python
