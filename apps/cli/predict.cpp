// joulecast predict MODEL… --gpu GPU…: predicts the cost of trainings before they start.
#include <fmt/format.h>

#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/step_options.hpp"
#include "report/forecast/prediction_report.hpp"
#include "session/forecast/price_start.hpp"

namespace joulecast::cli {
namespace {

struct PredictOptions {
  session::PredictionRequest request;
  session::StartRequest start;
  std::vector<std::string> named_models;
  int gpu_count = 1;
  bool allow_uncounted = false;
  std::string json;
};

int predict(PredictOptions& options) {
  auto& request = options.request;
  request.training.gpu_count = options.gpu_count;
  request.networks.insert(request.networks.end(), options.named_models.begin(), options.named_models.end());
  auto result = session::predict_training(request);
  if (!result) return report_error(result.error());
  options.start.place = request.place;
  if (const auto priced = session::price_starts(options.start, *result); !priced)
    return report_error(priced.error());
  if (const auto counted = session::check_counted(*result); !counted && !options.allow_uncounted) {
    report_error(counted.error());
    return failed;
  }
  return report_result(
      options.json, [&] { return report::to_text(result->predictions); },
      [&] { return report::to_json_text(*result); });
}

void add_start_options(Arguments app, session::StartRequest& start) {
  app.add_option("--start", start.starts,
                 "Price the training if it starts then (2026-02-01T13:00Z), at the wall; may be repeated")
      .one_value_each();
  app.add_option("--facility", start.facility, "The building, as joulecast facility fit has learned it");
  app.add_option("--weather", start.weather,
                 "CSV (time, temperature_c) with the forecast of the outside temperature, for --facility");
  app.add_option("--facility-load", start.load_w,
                 "W that the building's computers draw meanwhile (default: as usually)")
      .above_zero();
  app.add_option("--grid", start.grid,
                 "CSV (time, intensity_g_per_kwh) with the forecast of the grid, in place of --country");
}

std::function<int()> define_predict(Arguments app) {
  auto options = std::make_shared<PredictOptions>();
  auto& request = options->request;
  auto& training = request.training;
  training.optimizer = session::default_optimizer;
  app.add_option(
      "MODEL", request.networks,
      "ONNX files, descriptions (.txt), config.json files of transformers or their folders, or names "
      "such as resnet50");
  app.add_option("--model", options->named_models, "The same, by name");
  app.add_option("--gpu", request.gpus,
                 "GPU names of the catalogue, or 'name=…,tdp_w=…' (joulecast hardware)")
      .required();
  app.add_option("--batch,--batch-size", request.batches, "Samples in a step, over all GPUs")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--gpus", options->gpu_count, "GPUs that share the training")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--epochs", training.epochs, "Epochs of the training");
  app.add_option("--samples", training.train_samples, "Samples of an epoch");
  app.add_option("--steps", request.steps, "The whole training in steps, in place of epochs and samples");
  app.add_option("--tokens", request.tokens, "The whole training in tokens, for language models");
  app.add_option("--dataset", training.dataset,
                 "Well-known dataset: its size is known, and so is what was measured on it");
  app.add_option("--input", request.inputs, "Shape of one sample, 3x224x224; or of an ONNX input, ids=1x128");
  app.add_option("--dimension", request.dimensions,
                 "Size of an ONNX file's symbolic dimension, sequence=128");
  app.add_option("--sequence", request.sequence, "Tokens of a sample, for language models");
  app.add_option("--classes", request.classes, "Outputs of the head");
  app.add_option("--power-limit", request.power_limit,
                 "W of one GPU, or a range of limits to compare, 150:350:25; the board's own otherwise");
  add_step_options(app, request.step);
  app.add_option("--optimizer", training.optimizer, "sgd, momentum, adam, adamw, rmsprop, …").show_default();
  app.add_option("--framework", training.framework, "pytorch or tensorflow, for --like");
  app.add_option("--like", request.like,
                 "Trained as this source of the model file was: same software, same machine");
  app.add_option("--fitted", request.fitted,
                 "Model file of joulecast fit (default: the one that comes with joulecast)");
  app.add_flag("--allow-uncounted", options->allow_uncounted,
               "Predict even if more than a tenth of a network's operators are not counted");
  add_place_options(app, request.place);
  add_start_options(app, options->start);
  add_json_option(app, options->json);
  return [options] { return predict(*options); };
}

}  // namespace

extern const Command predict_command{"predict", "What a training will cost, before it starts", "Predict",
                                     define_predict};

}  // namespace joulecast::cli
