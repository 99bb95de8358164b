#include "report/forecast/fit_report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "report/json_value.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;

/// Suggests " --like here" if the rows have only one source that can be the user's own.
std::string like_of(const estimate::ModelFile& model) {
  std::set<std::string> sources;
  for (const auto& group : model.measured) sources.insert(group.source);
  return sources.size() == 1 && !sources.begin()->empty() ? " --like " + *sources.begin() : "";
}

}  // namespace

std::string to_text(const session::FitResult& fit) {
  const auto& model = fit.model;
  auto text = fmt::format("Learned from {} row{}.", model.rows, model.rows == 1 ? "" : "s");
  auto out = std::back_inserter(text);
  if (model.scores.empty())
    text += " Too few to hold any out, so the accuracy is unknown.\n";
  else
    fmt::format_to(out,
                   " On rows held out by each split (percent):\n"
                   "  {:<15} {:<13} {:>8} {:>8} {:>9}\n",
                   "split", "target", "median", "mean", "covered");
  for (const auto& score : model.scores)
    fmt::format_to(out, "  {:<15} {:<13} {:>8.2f} {:>8.2f} {:>9}\n", score.split, score.target,
                   score.median_ape, score.mean_ape,
                   score.coverage ? fmt::format("{:.1f}", 100 * *score.coverage) : "-");
  fmt::format_to(out, "Written to {0}. Use it with: joulecast predict --fitted {0}{1} …\n",
                 fit.output.string(), like_of(model));
  return text;
}

Json to_json(const session::FitResult& fit) {
  const auto& model = fit.model;
  Json json{{"model_file", fit.output.string()}, {"rows", model.rows}};
  json["runs"] = {{"used", fit.runs_used}, {"left_out", fit.runs_left_out}};
  json["methods"] = Json::array();
  for (const auto& fitted : model.methods) json["methods"].push_back(fitted.method->name);
  json["scores"] = Json::array();
  for (const auto& score : model.scores)
    json["scores"].push_back({{"split", score.split},
                              {"method", score.method},
                              {"target", score.target},
                              {"median_ape", score.median_ape},
                              {"mean_ape", score.mean_ape},
                              {"coverage", or_null(score.coverage)}});
  return json;
}

std::string to_json_text(const session::FitResult& fit) {
  return json_text(to_json(fit));
}

}  // namespace joulecast::report
