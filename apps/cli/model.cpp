// joulecast model FILE|NAME: what a network computes, layer by layer.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "network/load.hpp"
#include "network/named.hpp"
#include "report/network_report.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  std::vector<std::string> dimensions;
  std::optional<std::int64_t> classes;
  std::int64_t batch = 1;
  std::string optimiser = "sgd";
  bool totals_only = false;
  std::string json;
};

int list_names(const Options& options) {
  const auto names = network::known_names();
  if (!names) return report_error(names.error());
  return answer(
      options.json, [&] { fmt::print("{}\n", fmt::join(*names, "\n")); },
      [&] {
        return nlohmann::ordered_json{{"names", *names}};
      });
}

int run(const Options& options) {
  if (options.model.empty()) return list_names(options);
  const auto optimiser = network::find_optimiser(options.optimiser);
  if (!optimiser) return report_error(optimiser.error());
  const auto load = network::parse_load_options(options.inputs, options.dimensions, options.classes);
  if (!load) return report_error(load.error());
  const auto loaded = network::load_network(options.model, *load);
  if (!loaded) return report_error(loaded.error());
  const report::NetworkReportOptions shown{options.batch, *optimiser, !options.totals_only};
  return answer(
      options.json, [&] { fmt::print("{}", report::network_text(*loaded, shown)); },
      [&] { return report::network_json(*loaded, shown); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model,
                 "ONNX file, description file (.txt), or a name such as resnet50; all names without");
  app.add_option("--input", options->inputs,
                 "Shape of one sample, 3x224x224; or of an ONNX input by name, ids=1x128");
  app.add_option("--dimension", options->dimensions,
                 "Size of an ONNX file's symbolic dimension, sequence=128");
  app.add_option("--classes", options->classes, "Outputs of the head");
  app.add_option("--batch", options->batch, "Samples in a training step")
      .show_default()
      .whole_between(1, 1 << 30);
  app.add_option("--optimizer", options->optimiser,
                 "sgd, momentum, adam, adamw, rmsprop, adagrad, adadelta, lamb")
      .show_default();
  app.add_flag("--totals", options->totals_only, "Totals alone, without the layers");
  add_json_option(app, options->json);
  return [options] { return run(*options); };
}

}  // namespace

extern const Command model_command{"model", "Layers, parameters, arithmetic and memory of a network",
                                   "Predict", define};

}  // namespace joulecast::cli
