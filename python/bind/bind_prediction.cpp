#include <nanobind/stl/filesystem.h>

#include "bind/attributes.hpp"
#include "bind/bind.hpp"
#include "bind/errors.hpp"
#include "bind/members.hpp"
#include "bind/pickling.hpp"
#include "bind/without_gil.hpp"
#include "bind/words.hpp"
#include "carbon/intensity.hpp"
#include "report/forecast/prediction_report.hpp"
#include "session/forecast/price_start.hpp"
#include "session/machine/describe_network.hpp"

namespace joulecast::python {

inline auto members(Of<session::Predicted>) {
  using P = session::Predicted;
  return std::tuple{&P::value, &P::low, &P::high, &P::calibrated};
}
inline auto members(Of<trace::TrainingDescription>) {
  using T = trace::TrainingDescription;
  return std::tuple{&T::gpu,
                    &T::gpu_count,
                    &T::nodes,
                    &T::gpu_memory_mib,
                    &T::gpu_power_limit_w,
                    &T::architecture,
                    &T::family,
                    &T::gflops_forward_per_sample,
                    &T::params,
                    &T::dataset,
                    &T::image_size,
                    &T::input_shape,
                    &T::train_samples,
                    &T::validation_samples,
                    &T::framework,
                    &T::optimizer,
                    &T::precision,
                    &T::batch_size,
                    &T::epochs};
}
inline auto members(Of<carbon::Intensity>) {
  using I = carbon::Intensity;
  return std::tuple{&I::value, &I::year, &I::place, &I::source, &I::country, &I::country_iso3};
}
inline auto members(Of<carbon::Estimate>) {
  using E = carbon::Estimate;
  return std::tuple{&E::mass, &E::intensity, &E::pue, &E::pue_given, &E::provenance, &E::reason};
}
inline auto members(Of<estimate::MeasuredGroup>) {
  using G = estimate::MeasuredGroup;
  return std::tuple{&G::source, &G::framework,      &G::dataset,   &G::architecture,
                    &G::gpu,    &G::configurations, &G::batch_low, &G::batch_high,
                    &G::gmacs,  &G::fp32_tflops,    &G::epochs};
}
inline auto members(Of<session::StepRequest>) {
  using S = session::StepRequest;
  return std::tuple{&S::precision,         &S::memory_format, &S::compile, &S::accumulate,
                    &S::checkpointing,     &S::shard,         &S::nodes,   &S::tensor_parallel,
                    &S::pipeline_parallel, &S::interconnect,  &S::freeze,  &S::lora};
}
inline auto members(Of<estimate::TrainingRange>) {
  using R = estimate::TrainingRange;
  return std::tuple{&R::feature, &R::low, &R::high};
}
inline auto members(Of<estimate::OutsideRange>) {
  using R = estimate::OutsideRange;
  return std::tuple{&R::range, &R::value};
}
inline auto members(Of<network::Uncounted>) {
  using U = network::Uncounted;
  return std::tuple{&U::operation, &U::reason, &U::nodes, &U::parameters};
}
inline auto members(Of<session::PricedStart>) {
  using S = session::PricedStart;
  return std::tuple{&S::begin, &S::end, &S::at_wall_j, &S::pue, &S::outside_c, &S::mass, &S::beyond};
}
inline auto members(Of<session::Prediction>) {
  using P = session::Prediction;
  return std::tuple{&P::training,
                    &P::setup,
                    &P::tf32_convolutions,
                    &P::step_time_s,
                    &P::largest_batch,
                    &P::power_w,
                    &P::epoch_time_s,
                    &P::epoch_energy_j,
                    &P::total_energy_j,
                    &P::steps,
                    &P::emissions,
                    &P::memory_needed_gb,
                    &P::memory_gb,
                    &P::fits,
                    &P::novelty,
                    &P::nearest,
                    &P::outside_ranges,
                    &P::uncounted,
                    &P::uncounted_share,
                    &P::starts,
                    &P::frozen,
                    &P::parameters,
                    &P::trained_parameters,
                    &P::sequence};
}
inline auto members(Of<session::PredictionResult>) {
  using R = session::PredictionResult;
  return std::tuple{&R::model_file, &R::predictions};
}

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

void bind_step(nb::module_& module) {
  nb::class_<session::StepRequest> step(module, "StepRequest", "How a step is set up.");
  step.def(nb::init<>())
      .def_rw("precision", &session::StepRequest::precision)
      .def_rw("memory_format", &session::StepRequest::memory_format)
      .def_rw("compile", &session::StepRequest::compile)
      .def_rw("accumulate", &session::StepRequest::accumulate)
      .def_rw("checkpointing", &session::StepRequest::checkpointing)
      .def_rw("shard", &session::StepRequest::shard)
      .def_rw("nodes", &session::StepRequest::nodes)
      .def_rw("tensor_parallel", &session::StepRequest::tensor_parallel)
      .def_rw("pipeline_parallel", &session::StepRequest::pipeline_parallel)
      .def_rw("interconnect", &session::StepRequest::interconnect)
      .def_rw("freeze", &session::StepRequest::freeze)
      .def_rw("lora", &session::StepRequest::lora, nb::arg().none());
  def_pickling(step);
}

void bind_request(nb::module_& module) {
  nb::class_<PredictionRequest> request(module, "PredictionRequest");
  request.def(nb::init<>())
      .def_rw("networks", &PredictionRequest::networks)
      .def_prop_rw(
          "described", [](const PredictionRequest& self) { return self.described.size(); },
          [](PredictionRequest& self, const std::vector<NetworkDescription>& networks) {
            self.described.clear();
            for (const auto& one : networks) self.described.push_back(one.network);
          },
          "Networks that are described already; reads as their number.")
      .def_rw("inputs", &PredictionRequest::inputs)
      .def_rw("dimensions", &PredictionRequest::dimensions)
      .def_rw("classes", &PredictionRequest::classes, nb::arg().none())
      .def_rw("sequence", &PredictionRequest::sequence, nb::arg().none())
      .def_rw("steps", &PredictionRequest::steps, nb::arg().none())
      .def_rw("tokens", &PredictionRequest::tokens, nb::arg().none())
      .def_rw("gpus", &PredictionRequest::gpus)
      .def_rw("batches", &PredictionRequest::batches)
      .def_rw("step", &PredictionRequest::step)
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

void bind_start(nb::module_& module) {
  using session::PricedStart;
  using session::StartRequest;
  nb::class_<StartRequest>(module, "StartRequest")
      .def(nb::init<>())
      .def_rw("starts", &StartRequest::starts)
      .def_rw("facility", &StartRequest::facility)
      .def_rw("weather", &StartRequest::weather)
      .def_rw("grid", &StartRequest::grid)
      .def_rw("load_w", &StartRequest::load_w, nb::arg().none());
  nb::class_<PricedStart> start(module, "PricedStart", "What a training takes if it starts at a given time.");
  start.def_prop_ro("start", get(&PricedStart::begin), "seconds since 1970, UTC")
      .def_prop_ro("end", get(&PricedStart::end), "seconds since 1970, UTC")
      .def_ro("at_wall_j", &PricedStart::at_wall_j, "the GPUs' energy with what the building adds")
      .def_ro("pue", &PricedStart::pue, "of the whole training")
      .def_ro("outside_c", &PricedStart::outside_c, "mean temperature; None without weather")
      .def_prop_ro("emissions_g", get(&PricedStart::mass), "CO2e; None where neither grid nor place is known")
      .def_ro("warnings", &PricedStart::beyond, "in what the building was never seen like this");
  def_pickling(start);
}

void bind_result(nb::module_& module) {
  nb::class_<Predicted> figure(module, "Predicted", "A predicted figure with its 90 % interval.");
  figure.def_ro("value", &Predicted::value)
      .def_ro("low", &Predicted::low)
      .def_ro("high", &Predicted::high)
      .def_ro("calibrated", &Predicted::calibrated, "False: the interval is model-based");
  nb::class_<Prediction> row(module, "Prediction", "What a training will cost on a GPU.");
  row.def_prop_ro("architecture", of_training(&TrainingDescription::architecture))
      .def_prop_ro("gpu", of_training(&TrainingDescription::gpu), "the catalogue's name")
      .def_prop_ro("gpu_count", of_training(&TrainingDescription::gpu_count))
      .def_prop_ro("batch_size", of_training(&TrainingDescription::batch_size))
      .def_prop_ro("epochs", of_training(&TrainingDescription::epochs))
      .def_ro("frozen", &Prediction::frozen, "which weights are trained, in words")
      .def_ro("parameters", &Prediction::parameters)
      .def_ro("trained_parameters", &Prediction::trained_parameters)
      .def_ro("sequence", &Prediction::sequence,
              "Tokens of a sample, where the network takes tokens; else None.")
      .def_ro("setup", &Prediction::setup, "how a step is set up: what was asked for, else what PyTorch does")
      .def_ro("power_w", &Prediction::power_w, "mean power of all GPUs, in watts")
      .def_ro("step_time_s", &Prediction::step_time_s, "of one step of all GPUs; None where it is not known")
      .def_ro("epoch_time_s", &Prediction::epoch_time_s)
      .def_ro("epoch_energy_j", &Prediction::epoch_energy_j)
      .def_ro("total_energy_j", &Prediction::total_energy_j)
      .def_ro("emissions", &Prediction::emissions, "of the total; None where no place was given")
      .def_prop_ro("emissions_g",
                   [](const Prediction& prediction) -> std::optional<double> {
                     if (!prediction.emissions) return std::nullopt;
                     return plain(prediction.emissions->mass);
                   })
      .def_ro("memory_needed_gb", &Prediction::memory_needed_gb, "of one GPU")
      .def_ro("memory_gb", &Prediction::memory_gb, "of one GPU")
      .def_ro("largest_batch", &Prediction::largest_batch, "over all GPUs, that the memory holds")
      .def_ro("fits", &Prediction::fits, "into the GPU's memory; True if unknown")
      .def_ro("steps", &Prediction::steps, "of the whole training, where steps or tokens were asked for")
      .def_prop_ro(
          "uncounted",
          [](const Prediction& self) {
            std::map<std::string, int> nodes;
            for (const auto& missing : self.uncounted) nodes[missing.operation] += missing.nodes;
            return nodes;
          },
          "operations that are in no figure, and how many there are")
      .def_ro("uncounted_share", &Prediction::uncounted_share, "of all operations")
      .def_ro("starts", &Prediction::starts, "what it takes if it starts then, where that was asked for")
      .def_prop_ro("seen", get(&Prediction::novelty),
                   "how near the measured trainings are: \"repeat\" … \"new-source\"");
  nb::class_<PredictionResult> result(module, "Predictions", "Predictions, the cheapest first.");
  result.def_ro("predictions", &PredictionResult::predictions)
      .def_ro("model_file", &PredictionResult::model_file)
      .def("__str__",
           [](const PredictionResult& self) { return in_python_words(report::to_text(self.predictions)); })
      .def("to_json", [](const PredictionResult& self) { return report::to_json_text(self); });
  def_pickling(figure);
  def_pickling(row);
  def_pickling(result);
}

}  // namespace

void bind_prediction(nb::module_& module) {
  bind_step(module);
  bind_request(module);
  bind_start(module);
  bind_result(module);
  module.def(
      "predict",
      [](const PredictionRequest& request, session::StartRequest start, bool allow_uncounted) {
        const WithoutGil released;
        auto result = value_of(session::predict_training(request));
        start.place = request.place;
        value_of(session::price_starts(start, result));
        if (!allow_uncounted) value_of(session::check_counted(result));
        return result;
      },
      nb::arg("request"), nb::arg("start"), nb::arg("allow_uncounted"));
}

}  // namespace joulecast::python
