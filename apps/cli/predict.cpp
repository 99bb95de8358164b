// joulecast predict MODEL… --gpu GPU…: what trainings will cost, before they start.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "estimate/offline/datasets.hpp"
#include "network/load.hpp"
#include "report/prediction_report.hpp"
#include "session/forecast/predict_training.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::vector<std::string> models, named_models, gpus, inputs, dimensions;
  std::vector<int> batches{32};
  std::optional<std::int64_t> classes;
  int gpu_count = 1;
  std::optional<double> epochs, samples, power_limit;
  std::string framework, dataset, like, fitted, json;
  std::string optimiser = "sgd";
  Place place;
};

Status check_positive(const char* option, const std::optional<double>& value) {
  constexpr double most = 1e15;
  if (value && !(*value > 0 && *value <= most))
    return fail(ErrorKind::invalid, option, "must be positive and at most {:g}, not {:g}", most, *value);
  return {};
}

Result<session::PredictionRequest> request_of(const Options& options) {
  for (const auto& [name, value] :
       {std::pair{"--epochs", options.epochs}, std::pair{"--samples", options.samples},
        std::pair{"--power-limit", options.power_limit}})
    if (auto ok = check_positive(name, value); !ok) return propagate(ok.error());
  session::PredictionRequest request;
  const auto load = network::parse_load_options(options.inputs, options.dimensions, options.classes);
  if (!load)
    return propagate(with_option(load.error(), {{"inputs", "--input"}, {"dimensions", "--dimension"}}));
  auto models = options.models;
  models.insert(models.end(), options.named_models.begin(), options.named_models.end());
  for (const auto& model : models) {
    auto network = network::load_network(model, *load);
    if (!network) return propagate(network.error());
    request.networks.push_back(std::move(*network));
  }
  for (const auto& name : options.gpus) {
    auto gpu = hardware::resolve_gpu(name);
    if (!gpu) return propagate(gpu.error());
    request.gpus.push_back(std::move(*gpu));
  }
  auto optimiser = network::find_optimiser(options.optimiser);
  if (!optimiser) return propagate(optimiser.error());
  request.optimiser = *optimiser;
  request.batches = options.batches;
  request.gpu_count = options.gpu_count;
  request.epochs = options.epochs;
  request.samples = options.samples;
  const auto* dataset = estimate::find_dataset(options.dataset);
  if (!request.samples && dataset) request.samples = dataset->train_samples;
  request.power_limit_w = options.power_limit;
  request.framework = options.framework;
  request.dataset = options.dataset;
  request.like = options.like;
  request.place = options.place;
  return request;
}

int predict(const Options& options) {
  auto request = request_of(options);
  if (!request) return report_error(request.error());
  const auto file =
      options.fitted.empty() ? estimate::default_model_path() : std::filesystem::path(options.fitted);
  auto model = estimate::read_model(file);
  if (!model) return report_error(model.error());
  auto predictions = session::predict(*model, *request);
  if (!predictions) return report_error(predictions.error());
  return answer(
      options.json, [&] { fmt::print("{}", report::to_text(*predictions)); },
      [&] {
        return nlohmann::ordered_json{{"model_file", file.string()},
                                      {"predictions", report::to_json(*predictions)}};
      });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->models, "ONNX files, description files (.txt), or names such as resnet50");
  app.add_option("--model", options->named_models, "The same, by name");
  app.add_option("--gpu", options->gpus,
                 "GPU names of the catalogue, or 'name=…,tdp_w=…' (joulecast hardware)")
      .required();
  app.add_option("--batch,--batch-size", options->batches, "Samples in a step, over all GPUs")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--gpus", options->gpu_count, "GPUs that share the training")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--epochs", options->epochs, "Epochs of the training");
  app.add_option("--samples", options->samples, "Samples of an epoch");
  app.add_option("--dataset", options->dataset,
                 "Well-known dataset: its size is known, and so is what was measured on it");
  app.add_option("--input", options->inputs,
                 "Shape of one sample, 3x224x224; or of an ONNX input, ids=1x128");
  app.add_option("--dimension", options->dimensions,
                 "Size of an ONNX file's symbolic dimension, sequence=128");
  app.add_option("--classes", options->classes, "Outputs of the head");
  app.add_option("--power-limit", options->power_limit, "W of one GPU; the board's own otherwise");
  app.add_option("--optimizer", options->optimiser, "sgd, momentum, adam, adamw, rmsprop, …").show_default();
  app.add_option("--framework", options->framework, "pytorch or tensorflow, for --like");
  app.add_option("--like", options->like,
                 "Trained as this source of the model file was: same software, same machine");
  app.add_option("--fitted", options->fitted,
                 "Model file of joulecast fit (default: the one that comes with joulecast)");
  add_place_options(app, options->place);
  add_json_option(app, options->json);
  return [options] { return predict(*options); };
}

}  // namespace

extern const Command predict_command{"predict", "What a training will cost, before it starts", "Predict",
                                     define};

}  // namespace joulecast::cli
