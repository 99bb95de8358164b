#include "report/forecast/layerwise_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"
#include "base/text.hpp"
#include "report/json_value.hpp"
#include "report/plain_text.hpp"
#include "report/text_table.hpp"

namespace joulecast::report {
namespace {

using Json = nlohmann::ordered_json;
using estimate::Basis;
using estimate::LayerwiseEstimate;
using estimate::LayerwiseEvaluation;
using enum estimate::Pass;
using enum Align;

std::string_view name_of(Basis basis) {
  return basis == Basis::measured_kind ? "measured kind" : "bytes moved";
}

Json interval_json(const LayerwiseEstimate& estimate) {
  if (!estimate.interval) return nullptr;
  return {estimate.interval->low.value(), estimate.interval->high.value()};
}

std::string layer_table(const LayerwiseEstimate& estimate) {
  TextTable table({left, left, left, right, right, right}, "");
  table.add({"layer", "operation", "priced by", "forward", "backward", "share"});
  for (const auto& layer : estimate.layers)
    table.add({printable(layer.name), printable(layer.operation), std::string(name_of(layer.basis)),
               to_text(layer.energy[forward]), to_text(layer.energy[backward]),
               fmt::format("{:.1f} %", 100 * layer.share)});
  return table.text();
}

/// A measured figure of a network and its estimate.
struct Compared {
  const char* name;
  Joules measured, predicted;
  [[nodiscard]] double error_percent() const { return 100 * (predicted / measured - 1); }
};
std::array<Compared, 3> compared(const estimate::NetworkScore& score) {
  const auto& measured = score.measured.energy;
  const auto& predicted = score.predicted;
  return {{{"forward", measured[forward], predicted.energy[forward]},
           {"backward", measured[backward], predicted.energy[backward]},
           {"step", measured[forward] + measured[backward], predicted.step()}}};
}
std::optional<bool> covered(const estimate::NetworkScore& score) {
  if (!score.predicted.interval) return std::nullopt;
  return score.predicted.interval->contains(score.measured.energy[forward] + score.measured.energy[backward]);
}

std::string scores_table(const std::vector<estimate::LayerScores>& all) {
  TextTable table({left, left, left, right, right, right, right, right, right});
  table.add({"CPU", "kind", "pass", "layers", "median", "mean", "p90", "of sum", "covered"});
  for (const auto& [cpu, kind, pass, scores, sum_ratio] : all)
    table.add({printable(cpu), kind, pass, std::to_string(scores.runs),
               fmt::format("{:.1f} %", scores.median_ape), fmt::format("{:.1f} %", scores.mean_ape),
               fmt::format("{:.1f} %", scores.p90_ape), fmt::format("{:+.1f} %", 100 * (sum_ratio - 1)),
               scores.coverage ? fmt::format("{:.1f} %", 100 * *scores.coverage) : "-"});
  return table.text();
}

std::string cpus_table(const std::vector<estimate::CrossScores>& all) {
  TextTable table({left, left, right, right, right, right});
  table.add({"fitted on", "CPU", "layers", "median", "measured/predicted", "median with that factor"});
  for (const auto& cross : all)
    table.add({printable(cross.fitted_on), printable(cross.cpu), std::to_string(cross.scores.runs),
               fmt::format("{:.1f} %", cross.scores.median_ape), fmt::format("{:.2f}", cross.factor),
               fmt::format("{:.1f} %", cross.with_factor.median_ape)});
  return table.text();
}

std::string networks_table(const std::vector<estimate::NetworkScore>& all) {
  TextTable table({left, left, left, right, right, right, left});
  table.add({"CPU", "network", "pass", "measured", "predicted", "error", "90 % interval"});
  for (const auto& score : all)
    for (const auto& row : compared(score)) {
      std::string interval;
      if (const auto inside = covered(score); inside && std::string_view(row.name) == "step")
        interval = fmt::format("{} to {}{}", to_text(score.predicted.interval->low),
                               to_text(score.predicted.interval->high), *inside ? "" : ", missed");
      table.add({printable(score.measured.cpu), printable(score.measured.network), row.name,
                 to_text(row.measured), to_text(row.predicted), fmt::format("{:+.1f} %", row.error_percent()),
                 interval});
    }
  return table.text();
}

Json scores_json(const std::vector<estimate::LayerScores>& all) {
  Json list = Json::array();
  for (const auto& [cpu, kind, pass, scores, sum_ratio] : all)
    list.push_back({{"cpu", cpu},
                    {"kind", kind},
                    {"pass", pass},
                    {"rows", scores.runs},
                    {"median_ape", scores.median_ape},
                    {"mean_ape", scores.mean_ape},
                    {"p90_ape", scores.p90_ape},
                    {"sum_ratio", sum_ratio},
                    {"coverage", or_null(scores.coverage)}});
  return list;
}

Json network_json(const estimate::NetworkScore& score) {
  Json json{
      {"cpu", score.measured.cpu}, {"network", score.measured.network}, {"batch", score.measured.batch}};
  for (const auto& row : compared(score))
    json[fmt::format("{}_j", row.name)] = {{"measured", row.measured.value()},
                                           {"predicted", row.predicted.value()},
                                           {"error_percent", row.error_percent()}};
  json["interval_j"] = interval_json(score.predicted);
  const auto inside = covered(score);
  json["covered"] = inside ? Json(*inside) : Json(nullptr);
  return json;
}

std::string notes(const LayerwiseEstimate& estimate, const std::string& cpu) {
  auto text = fmt::format(
      "Of the processor's package alone, with SGD. Fitted to convolutions, dense layers and "
      "maximum pools that were measured alone on {}: any other CPU is an extrapolation",
      printable(cpu));
  if (estimate.other_cpu)
    text += fmt::format(" (nine of ten layers of another one were within a factor of {:.1f})",
                        *estimate.other_cpu);
  if (estimate.moved_bytes_share > 0)
    text += fmt::format(
        ". {:.0f} % of the energy is priced by the bytes that layers move: their kinds were "
        "never measured",
        100 * estimate.moved_bytes_share);
  text += ". The step as a whole is more certain than its split into forward and backward.";
  return wrapped(text, 100, "") + "\n";
}

}  // namespace

std::string to_text(const session::LayerwisePrediction& prediction) {
  const auto& estimate = prediction.estimate;
  auto text = fmt::format("{} on {}, batch {}\n\n{}\n", printable(prediction.network),
                          printable(prediction.cpu), prediction.batch, layer_table(estimate));
  text += fmt::format("one step: {} ({} forward, {} backward) in {}\n", to_text(estimate.step()),
                      to_text(estimate.energy[forward]), to_text(estimate.energy[backward]),
                      to_text(estimate.time[forward] + estimate.time[backward]));
  if (estimate.interval)
    text += fmt::format("  90 % interval, model-based: {} to {}\n", to_text(estimate.interval->low),
                        to_text(estimate.interval->high));
  text += "\n" + notes(estimate, prediction.cpu);
  for (const auto& [operation, nodes] : estimate.not_counted)
    text += fmt::format("not counted: {} x {}\n", nodes, printable(operation));
  return text;
}

Json to_json(const session::LayerwisePrediction& prediction) {
  const auto& estimate = prediction.estimate;
  Json json{{"network", prediction.network},
            {"cpu", prediction.cpu},
            {"batch", prediction.batch},
            {"forward_j", estimate.energy[forward].value()},
            {"backward_j", estimate.energy[backward].value()},
            {"step_j", estimate.step().value()},
            {"interval_j", interval_json(estimate)},
            {"interval", "model-based"},
            {"forward_s", estimate.time[forward].value()},
            {"backward_s", estimate.time[backward].value()},
            {"moved_bytes_share", estimate.moved_bytes_share},
            {"other_cpu_factor", or_null(estimate.other_cpu)},
            {"layers", Json::array()},
            {"not_counted", Json::object()}};
  for (const auto& layer : estimate.layers)
    json["layers"].push_back({{"name", layer.name},
                              {"operation", layer.operation},
                              {"basis", name_of(layer.basis)},
                              {"forward_j", layer.energy[forward].value()},
                              {"backward_j", layer.energy[backward].value()},
                              {"share", layer.share}});
  for (const auto& [operation, nodes] : estimate.not_counted) json["not_counted"][operation] = nodes;
  return json;
}

std::string to_json_text(const session::LayerwisePrediction& prediction) {
  return json_text(to_json(prediction));
}

std::string to_text(const LayerwiseEvaluation& evaluation) {
  auto text = fmt::format(
      "Layers of shapes that were held out (five folds)\n{}"
      "\nThe largest fifth of the layers, from the smaller half\n{}",
      scores_table(evaluation.shapes), scores_table(evaluation.larger));
  if (!evaluation.cpus.empty())
    text +=
        "\nLayers of a CPU that was held out, forward and backward together\n" + cpus_table(evaluation.cpus);
  if (!evaluation.networks.empty())
    text += "\nWhole networks, which were not used for fitting\n" + networks_table(evaluation.networks);
  return text;
}

Json to_json(const LayerwiseEvaluation& evaluation) {
  Json json{{"held_out_shapes", scores_json(evaluation.shapes)},
            {"larger_layers", scores_json(evaluation.larger)},
            {"other_cpu", Json::array()},
            {"networks", Json::array()}};
  for (const auto& cross : evaluation.cpus)
    json["other_cpu"].push_back({{"fitted_on", cross.fitted_on},
                                 {"cpu", cross.cpu},
                                 {"rows", cross.scores.runs},
                                 {"factor", cross.factor},
                                 {"median_ape", cross.scores.median_ape},
                                 {"median_ape_with_factor", cross.with_factor.median_ape}});
  for (const auto& score : evaluation.networks) json["networks"].push_back(network_json(score));
  return json;
}

std::string to_json_text(const LayerwiseEvaluation& evaluation) {
  return json_text(to_json(evaluation));
}

}  // namespace joulecast::report
