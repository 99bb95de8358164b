// joulecast fit TABLE: learns from measured configurations and writes a model file for `predict`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "cli/support/command.hpp"
#include "estimate/offline/model_file.hpp"
#include "formats/workload_table.hpp"

namespace joulecast::cli {
namespace {

struct Options {
  std::string table, graphs, output, json;
  std::vector<std::string> notes;
  std::uint64_t seed = 1;
};

Result<std::vector<estimate::SourceNote>> notes_of(const std::vector<std::string>& texts) {
  std::vector<estimate::SourceNote> notes;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorKind::invalid, "--source", "is NAME=where from and under which licence, not '{}'",
                  text);
    notes.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return notes;
}

Result<estimate::ModelFile> fit_table(const Options& options) {
  auto notes = notes_of(options.notes);
  if (!notes) return propagate(notes.error());
  auto table = formats::read_workload_table(options.table);
  if (!table) return propagate(table.error());
  auto context = estimate::sample_context(options.table, options.graphs);
  if (!context) return propagate(context.error());
  auto samples = estimate::samples_of(*table, *context);
  if (!samples) return propagate(samples.error());
  estimate::FitRequest request;
  request.fit.seed = options.seed;
  request.sources = std::move(*notes);
  request.created = to_iso8601(system_clock().wall());
  return estimate::fit_models(*samples, request);
}

nlohmann::ordered_json summary_json(const estimate::ModelFile& model, const std::string& output) {
  nlohmann::ordered_json json{{"model_file", output}, {"rows", model.rows}};
  json["methods"] = nlohmann::ordered_json::array();
  for (const auto& fitted : model.methods) json["methods"].push_back(fitted.method->name);
  json["scores"] = nlohmann::ordered_json::array();
  for (const auto& score : model.scores)
    json["scores"].push_back({{"split", score.split},
                              {"method", score.method},
                              {"target", score.target},
                              {"median_ape", score.median_ape},
                              {"mean_ape", score.mean_ape},
                              {"coverage", score.coverage}});
  return json;
}

void print_summary(const estimate::ModelFile& model, const std::string& output) {
  fmt::print("Learned from {} rows. On rows held out by each split (percent):\n", model.rows);
  fmt::print("  {:<15} {:<13} {:>8} {:>8} {:>9}\n", "split", "target", "median", "mean", "covered");
  for (const auto& score : model.scores)
    fmt::print("  {:<15} {:<13} {:>8.2f} {:>8.2f} {:>9.1f}\n", score.split, score.target, score.median_ape,
               score.mean_ape, 100 * score.coverage);
  fmt::print("Written to {}. Use it with: joulecast predict --fitted {} …\n", output, output);
}

int fit(const Options& options) {
  auto model = fit_table(options);
  if (!model) return report_error(model.error());
  if (auto written = estimate::write_model(*model, options.output); !written)
    return report_error(written.error());
  if (options.json != "-") print_summary(*model, options.output);
  if (options.json.empty()) return done;
  const auto written = write_json(summary_json(*model, options.output), options.json);
  return written ? done : report_error(written.error());
}

std::function<int()> define(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("TABLE", options->table, "Workload table of measured configurations")->required();
  app.add_option("--output,-o", options->output, "Model file to write")->default_str("joulecast-model.json");
  options->output = "joulecast-model.json";
  app.add_option("--graphs", options->graphs,
                 "Table of network graphs (default: ec-nas-graphs.csv beside TABLE)");
  app.add_option("--source", options->notes, "NAME=origin and licence of a source, kept in the model file");
  app.add_option("--seed", options->seed, "Of splits and searches")->capture_default_str();
  app.add_option("--json", options->json, "Write the scores to this file ('-' = standard output)");
  return [options] { return fit(*options); };
}

}  // namespace

extern const Command fit_command{"fit", "Learn from measured configurations what trainings cost", "Predict",
                                 define};

}  // namespace joulecast::cli
