// joulecast model FILE|NAME: shows what a network computes, layer by layer.
#include <memory>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "cli/support/step_options.hpp"
#include "report/machine/network_report.hpp"
#include "session/machine/describe_network.hpp"

namespace joulecast::cli {
namespace {

struct ModelOptions {
  session::NetworkRequest request;
  bool totals_only = false;
  std::string json;
};

int list_names(const ModelOptions& options) {
  const auto names = session::known_networks();
  if (!names) return report_error(names.error());
  return report_result(
      options.json, [&] { return report::to_text(*names); }, [&] { return report::to_json_text(*names); });
}

int run(const ModelOptions& options) {
  if (options.request.model.empty()) return list_names(options);
  const auto network = session::describe_network(options.request);
  if (!network) return report_error(network.error());
  return report_result(
      options.json, [&] { return report::to_text(*network, !options.totals_only); },
      [&] { return report::to_json_text(*network, !options.totals_only); });
}

std::function<int()> define_model(Arguments app) {
  auto options = std::make_shared<ModelOptions>();
  auto& request = options->request;
  app.add_option(
      "MODEL", request.model,
      "ONNX file, description (.txt), config.json of a transformer or its folder, or a name such as "
      "resnet50; all names without");
  app.add_option("--input", request.inputs,
                 "Shape of one sample, 3x224x224; or of an ONNX input by name, ids=1x128");
  app.add_option("--dimension", request.dimensions,
                 "Size of an ONNX file's symbolic dimension, sequence=128");
  app.add_option("--sequence", request.sequence, "Tokens of a sample, for language models");
  app.add_option("--classes", request.classes, "Outputs of the head");
  app.add_option("--batch", request.batch, "Samples in a training step")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--optimizer", request.optimiser,
                 "sgd, momentum, adam, adamw, rmsprop, adagrad, adadelta, lamb")
      .show_default();
  app.add_option("--precision", request.precision,
                 "fp32, tf32, amp-fp16, amp-bf16, fp16 or bf16: for the memory of a training")
      .show_default();
  app.add_option("--gpus", request.gpus, "GPUs that share the batch")
      .show_default()
      .whole_between(1, 1 << 20);
  add_memory_options(app, request);
  app.add_option("--gpu", request.gpu, "GPU whose memory is to suffice: gives the largest batch");
  app.add_flag("--totals", options->totals_only, "Totals alone, without the layers");
  add_json_option(app, options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const Command model_command{"model", "Layers, parameters, arithmetic and memory of a network",
                                   "Predict", define_model};

}  // namespace joulecast::cli
