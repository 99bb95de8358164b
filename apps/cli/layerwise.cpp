// joulecast layerwise MODEL --cpu NAME: what each layer of a training step costs on a CPU.
#include "estimate/offline/layerwise.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/roots.hpp"
#include "base/text.hpp"
#include "cli/support/command.hpp"
#include "estimate/offline/model_json.hpp"
#include "network/load.hpp"

namespace joulecast::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int file_version = 1;
constexpr auto format_name = "joulecast layerwise model";

struct Options {
  std::string model, cpu, table, output, fitted, note, json;
  std::vector<std::string> inputs;
  int batch = 32;
};

/// Learns from a table of measured layers and writes a model file.
Result<estimate::LayerwiseModel> fit(const Options& options) {
  auto layers = estimate::read_layer_table(options.table);
  if (!layers) return propagate(layers.error());
  auto model = estimate::LayerwiseModel::fit(*layers);
  if (!model || options.output.empty()) return model;
  const Json file{{"format", format_name},
                  {"version", file_version},
                  {"source", options.note},
                  {"cpus", model->to_json()}};
  if (auto written = write_file(options.output, estimate::readable_text(file)); !written)
    return propagate(written.error());
  return model;
}

Result<estimate::LayerwiseModel> read(const std::filesystem::path& path) {
  auto text = read_file(path);
  if (!text) return propagate(text.error());
  const auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("format") || json["format"] != format_name ||
      !json.contains("version"))
    return fail(ErrorKind::malformed, path.string(), "is not a joulecast layerwise model");
  if (json["version"] != file_version)
    return fail(ErrorKind::malformed, path.string(), "is of version {}, this program reads version {}",
                json["version"].dump(), file_version);
  return estimate::LayerwiseModel::from_json(json.contains("cpus") ? json["cpus"] : Json());
}

void print(const estimate::LayerwiseEstimate& estimate, const std::string& title) {
  fmt::print("{}\n{:<34} {:<18} {:>11} {:>11} {:>7}\n", title, "layer", "operation", "forward", "backward",
             "share");
  for (const auto& layer : estimate.layers)
    fmt::print("{:<34} {:<18} {:>11} {:>11} {:>6.1f}%\n", layer.name, layer.operation, to_text(layer.forward),
               to_text(layer.backward), 100 * layer.share);
  fmt::print("one step: forward {}, backward {}, together {}\n", to_text(estimate.forward),
             to_text(estimate.backward), to_text(estimate.forward + estimate.backward));
  for (const auto& [operation, count] : estimate.not_counted)
    fmt::print("not counted: {} x {} (never measured)\n", count, operation);
}

Json json_of(const estimate::LayerwiseEstimate& estimate) {
  Json json{{"forward_j", estimate.forward.value()}, {"backward_j", estimate.backward.value()}};
  json["layers"] = Json::array();
  for (const auto& layer : estimate.layers)
    json["layers"].push_back({{"name", layer.name},
                              {"operation", layer.operation},
                              {"forward_j", layer.forward.value()},
                              {"backward_j", layer.backward.value()},
                              {"share", layer.share}});
  json["not_counted"] = Json::object();
  for (const auto& [operation, count] : estimate.not_counted) json["not_counted"][operation] = count;
  return json;
}

int run(const Options& options) {
  const auto file = options.fitted.empty() ? share_directory() / "models" / "layerwise.json"
                                           : std::filesystem::path(options.fitted);
  auto model = options.table.empty() ? read(file) : fit(options);
  if (!model) return report_error(model.error());
  if (options.model.empty()) {
    if (options.output.empty()) return report_error({ErrorKind::invalid, "give a MODEL", "layerwise"});
    fmt::print("Written to {}\n", options.output);
    return done;
  }
  const auto load = network::parse_load_options(options.inputs, {}, std::nullopt);
  if (!load) return report_error(load.error());
  const auto network = network::load_network(options.model, *load);
  if (!network) return report_error(network.error());
  const auto estimate = model->predict(*network, options.batch, options.cpu);
  if (!estimate) return report_error(estimate.error());
  if (options.json != "-")
    print(*estimate, fmt::format("{} on {}, batch {}", network->name, options.cpu, options.batch));
  if (options.json.empty()) return done;
  const auto written = write_json(json_of(*estimate), options.json);
  return written ? done : report_error(written.error());
}

std::function<int()> define(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("MODEL", options->model, "ONNX file, description file (.txt), or a name such as resnet18");
  app.add_option("--cpu", options->cpu, "CPU of the layer table");
  app.add_option("--batch", options->batch, "Samples in a step")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 30));
  app.add_option("--input", options->inputs, "Shape of one sample, 3x224x224");
  app.add_option("--table", options->table, "Learn from this table of measured layers");
  app.add_option("--output,-o", options->output, "With --table: write what was learned");
  app.add_option("--source", options->note,
                 "With --output: origin and licence of the table, kept in the file");
  app.add_option("--fitted", options->fitted,
                 "Use this model file (default: the one that comes with joulecast)");
  app.add_option("--json", options->json, "Write the figures to this file ('-' = standard output)");
  return [options] { return run(*options); };
}

}  // namespace

extern const Command layerwise_command{"layerwise", "What each layer of a training step costs on a CPU",
                                       "Predict", define};

}  // namespace joulecast::cli
