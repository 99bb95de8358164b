#include "estimate/offline/layerwise/layerwise_evaluation.hpp"

#include <cmath>
#include <map>
#include <tuple>

#include "estimate/offline/layerwise/layerwise_errors.hpp"
#include "network/load.hpp"
#include "stats/summary.hpp"

namespace joulecast::estimate {
namespace {

constexpr ByPass<const char*> pass_names{"forward", "backward"};
constexpr auto step_name = "step";

/// Outcomes of layers, and the sums that show whether errors cancel.
class Tally {
 public:
  void add(Joules predicted, Joules measured, std::optional<double> half_width = std::nullopt) {
    const double value = predicted.value();
    const auto limit = [&](double sign) {
      return half_width ? std::optional(value * std::exp(sign * *half_width)) : std::nullopt;
    };
    outcomes_.push_back(outcome_of(value, measured.value(), limit(-1), limit(1), 0));
    predicted_ += predicted;
    measured_ += measured;
  }
  [[nodiscard]] Scores scores() const { return scores_of(outcomes_).value_or(Scores{}); }
  [[nodiscard]] double sum_ratio() const { return predicted_ / measured_; }

 private:
  std::vector<Outcome> outcomes_;
  Joules predicted_{0}, measured_{0};
};

using Tallies = std::map<std::pair<std::string, std::string>, Tally>;  ///< by kind and pass

void add_step(const HeldOutLayer& layer, std::optional<double> half_width, Tallies& tallies) {
  const auto miss = log_miss(layer);
  if (!miss) return;
  const auto measured = *layer.measured->step_energy();
  tallies[{layer.measured->work.kind, step_name}].add(measured * std::exp(-*miss), measured, half_width);
}

void add_passes(const HeldOutLayer& layer, Tallies& tallies) {
  for (const auto pass : passes) {
    const auto& measured = layer.measured->passes[pass];
    const auto& predicted = layer.predicted.energy[pass];
    if (measured && measured->energy && predicted)
      tallies[{layer.measured->work.kind, pass_names[pass]}].add(*predicted, *measured->energy);
  }
}

void append(const std::string& cpu, const Tallies& tallies, std::vector<LayerScores>& result) {
  for (const auto& [key, tally] : tallies)
    result.push_back({cpu, key.first, key.second, tally.scores(), tally.sum_ratio()});
}

Status evaluate_shapes(const std::string& cpu, const std::vector<MeasuredLayer>& layers,
                       LayerwiseEvaluation& result) {
  const auto held_out = hold_out_shapes(layers);
  if (!held_out) return propagate(held_out.error());
  std::map<std::pair<std::string, int>, std::optional<double>> half_widths;  // from the other folds
  Tallies tallies;
  for (const auto& layer : *held_out) {
    const std::pair key{layer.measured->work.kind, layer.fold};
    if (!half_widths.contains(key)) half_widths[key] = conformal_half_width(*held_out, key.first, key.second);
    add_passes(layer, tallies);
    add_step(layer, half_widths[key], tallies);
  }
  append(cpu, tallies, result.shapes);
  return {};
}

Status evaluate_larger(const std::string& cpu, const std::vector<MeasuredLayer>& layers,
                       LayerwiseEvaluation& result) {
  const auto held_out = hold_out_larger(layers);
  if (!held_out) return propagate(held_out.error());
  Tallies tallies;
  for (const auto& layer : *held_out) add_step(layer, std::nullopt, tallies);
  append(cpu, tallies, result.larger);
  return {};
}

CrossScores across(const std::string& fitted_on, const std::string& cpu,
                   const std::vector<HeldOutLayer>& layers) {
  std::vector<double> misses;
  for (const auto& layer : layers)
    if (const auto miss = log_miss(layer)) misses.push_back(*miss);
  const double middle = misses.empty() ? 0 : stats::median(misses);
  Tally plain, scaled;
  for (const auto& layer : layers)
    if (const auto miss = log_miss(layer)) {
      const auto measured = *layer.measured->step_energy();
      plain.add(measured * std::exp(-*miss), measured);
      scaled.add(measured * std::exp(middle - *miss), measured);
    }
  return {fitted_on, cpu, std::exp(middle), plain.scores(), scaled.scores()};
}

Result<NetworkScore> score(const LayerwiseModel& model, const MeasuredNetwork& measured) {
  const auto at_row = [&](const Error& error) {
    return Failure{Error{error.kind, to_string(error), measured.place}};
  };
  const auto cpu = model.on(measured.cpu);
  if (!cpu) return at_row(cpu.error());
  const auto side = static_cast<std::int64_t>(measured.image_side);
  const auto network = network::load_network(measured.network, {.input = network::Shape{3, side, side}});
  if (!network) return at_row(network.error());
  auto predicted = (*cpu)->predict(*network, measured.batch);
  if (!predicted) return at_row(predicted.error());
  return NetworkScore{measured, std::move(*predicted)};
}

}  // namespace

Result<LayerwiseEvaluation> evaluate_layerwise(const std::vector<MeasuredLayer>& layers,
                                               const std::vector<MeasuredNetwork>& networks) {
  const auto model = LayerwiseModel::fit(layers);
  if (!model) return propagate(model.error());
  const auto cpus = by_cpu(layers);
  LayerwiseEvaluation result;
  for (const auto& [cpu, own] : cpus) {
    for (const auto& evaluate : {evaluate_shapes, evaluate_larger})
      if (auto done = evaluate(cpu, own, result); !done) return propagate(done.error());
    for (const auto& other : model->cpus())
      if (other != cpu) result.cpus.push_back(across(other, cpu, predict_all(**model->on(other), own)));
  }
  for (const auto& measured : networks) {
    auto scored = score(*model, measured);
    if (!scored) return propagate(scored.error());
    result.networks.push_back(std::move(*scored));
  }
  return result;
}

}  // namespace joulecast::estimate
