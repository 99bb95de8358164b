// joulecast fit TABLE|--store: learns from measured configurations and writes a model file for `predict`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "cli/support/arguments.hpp"
#include "cli/support/command.hpp"
#include "cli/support/options.hpp"
#include "estimate/offline/model_file.hpp"
#include "session/forecast/fit_data.hpp"
#include "session/forecast/workload_rows.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  session::FitInput input;
  std::string store, output, json;
  std::uint64_t seed = 1;
};

Result<estimate::ModelFile> fit_data(session::FitData& data, const Options& options) {
  estimate::FitRequest request;
  request.fit.seed = options.seed;
  request.sources = std::move(data.notes);
  request.created = to_iso8601(system_clock().wall());
  return estimate::fit_models(data.samples, request);
}

nlohmann::ordered_json summary_json(const estimate::ModelFile& model, const session::FitData& data,
                                    const std::string& output) {
  nlohmann::ordered_json json{{"model_file", output}, {"rows", model.rows}};
  json["runs"] = {{"used", data.runs_used}, {"left_out", data.runs_left_out}};
  json["methods"] = nlohmann::ordered_json::array();
  for (const auto& fitted : model.methods) json["methods"].push_back(fitted.method->name);
  json["scores"] = nlohmann::ordered_json::array();
  for (const auto& score : model.scores)
    json["scores"].push_back({{"split", score.split},
                              {"method", score.method},
                              {"target", score.target},
                              {"median_ape", score.median_ape},
                              {"mean_ape", score.mean_ape},
                              {"coverage", score.coverage ? nlohmann::ordered_json(*score.coverage)
                                                          : nlohmann::ordered_json(nullptr)}});
  return json;
}

/// " --like here", where the rows leave no doubt which source the user's trainings are like.
std::string like_of(const estimate::ModelFile& model) {
  std::set<std::string> sources;
  for (const auto& group : model.measured) sources.insert(group.source);
  return sources.size() == 1 && !sources.begin()->empty() ? " --like " + *sources.begin() : "";
}

void print_summary(const estimate::ModelFile& model, const std::string& output) {
  fmt::print("Learned from {} row{}.", model.rows, model.rows == 1 ? "" : "s");
  if (model.scores.empty())
    fmt::print(" Too few to hold any out: how right it is, nothing tells.\n");
  else
    fmt::print(" On rows held out by each split (percent):\n");
  if (!model.scores.empty())
    fmt::print("  {:<15} {:<13} {:>8} {:>8} {:>9}\n", "split", "target", "median", "mean", "covered");
  for (const auto& score : model.scores)
    fmt::print("  {:<15} {:<13} {:>8.2f} {:>8.2f} {:>9}\n", score.split, score.target, score.median_ape,
               score.mean_ape, score.coverage ? fmt::format("{:.1f}", 100 * *score.coverage) : "-");
  fmt::print("Written to {}. Use it with: joulecast predict --fitted {}{} …\n", output, output,
             like_of(model));
}

int fit(const Options& options) {
  if (const auto writable = can_write_file(options.output); !writable) return report_error(writable.error());
  if (const auto free = check_json_target(options.json); !free) return report_error(free.error());
  auto data = session::gather_fit_data(options.input);
  if (!data) return report_error(data.error());
  if (!data->left_out_text.empty()) fmt::print(stderr, "joulecast: {}\n", data->left_out_text);
  const auto model = fit_data(*data, options);
  if (!model) return report_error(model.error());
  if (auto written = estimate::write_model(*model, options.output); !written)
    return report_error(written.error());
  return answer(
      options.json, [&] { print_summary(*model, options.output); },
      [&] { return summary_json(*model, *data, options.output); });
}

std::function<int()> define(Arguments app) {
  auto options = std::make_shared<Options>();
  auto& input = options->input;
  app.add_option("TABLE", input.table, "Workload table of measured configurations");
  const auto store = add_learning_store_option(app, options->store);
  app.add_option("--output,-o", options->output, "Model file to write").show_default("joulecast-model.json");
  options->output = "joulecast-model.json";
  app.add_option("--graphs", input.graphs,
                 "Table of network graphs (default: ec-nas-graphs.csv beside TABLE)");
  app.add_option("--network", input.networks, "NAME=model.onnx: the network that rows call NAME");
  app.add_option("--gpu-file", input.devices,
                 "JSON description of a GPU or processor that the catalogue lacks (calibrate --device)");
  app.add_option("--source", input.notes, "NAME=origin and licence of a source, kept in the model file");
  app.add_option("--seed", options->seed, "Of splits and searches").show_default();
  app.add_option("--json", options->json, "Write the scores to this file ('-' = standard output)");
  app.footer(fmt::format(
      "A run's tags describe it (joulecast run --tag architecture=resnet50 --tag batch_size=64, or joulecast "
      "tag): {}.",
      fmt::join(session::description_tags(), ", ")));
  return [options, store] {
    if (store.count() > 0) options->input.store = options->store;
    return fit(*options);
  };
}

}  // namespace

extern const Command fit_command{"fit", "Learn from measured configurations what trainings cost", "Predict",
                                 define};

}  // namespace joulecast::cli
