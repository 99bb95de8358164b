#include "estimate/offline/layerwise/layerwise_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimate/offline/interval_factors.hpp"
#include "stats/summary.hpp"

namespace joulecast::estimate {
namespace {

constexpr int fold_count = 5;
constexpr double normal_90 = 1.645;  ///< half width of a 90 % interval in standard deviations

/// Fits a model to the layers in `train` and predicts the others.
Status predict_rest(const std::vector<MeasuredLayer>& layers, const std::vector<bool>& train,
                    const std::vector<bool>& test, int fold, std::vector<HeldOutLayer>& result) {
  std::vector<MeasuredLayer> seen;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (train[i]) seen.push_back(layers[i]);
  const auto model = CpuLayerModel::fit(seen);
  if (!model) return propagate(model.error());
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (test[i]) result.push_back({&layers[i], model->alone(layers[i].work), fold});
  return {};
}

/// Root mean square over kinds and passes of log(sum measured / sum predicted).
double error_of_sums(const std::vector<HeldOutLayer>& layers) {
  std::map<std::pair<std::string, Pass>, std::pair<Joules, Joules>> sums;
  for (const auto& layer : layers)
    for (const auto pass : passes) {
      const auto& measured = layer.measured->passes[pass];
      const auto& predicted = layer.predicted.energy[pass];
      if (!measured || !measured->energy || !predicted) continue;
      auto& [all, expected] = sums[{layer.measured->work.kind, pass}];
      all += *measured->energy;
      expected += *predicted;
    }
  double squares = 0;
  for (const auto& [key, sum] : sums) squares += std::pow(std::log(sum.first / sum.second), 2);
  return sums.empty() ? 0 : std::sqrt(squares / static_cast<double>(sums.size()));
}

}  // namespace

std::map<std::string, std::vector<MeasuredLayer>> by_cpu(const std::vector<MeasuredLayer>& layers) {
  std::map<std::string, std::vector<MeasuredLayer>> result;
  for (const auto& layer : layers) result[layer.cpu].push_back(layer);
  return result;
}

std::string shape_of(const LayerWork& work) {
  return fmt::format("{} {} {} {} {} {} {}", work.kind, work.groups, work.inputs, work.outputs, work.taps,
                     work.positions, work.input_positions);
}

Result<std::vector<HeldOutLayer>> hold_out_shapes(const std::vector<MeasuredLayer>& layers) {
  // shapes are dealt out in sorted order, so that every fold has all sizes
  std::map<std::string, int> folds;
  for (const auto& layer : layers) folds[shape_of(layer.work)] = 0;
  int next = 0;
  for (auto& [shape, fold] : folds) fold = next++ % fold_count;
  std::vector<HeldOutLayer> result;
  for (int fold = 0; fold < fold_count; ++fold) {
    std::vector<bool> test;
    for (const auto& layer : layers) test.push_back(folds[shape_of(layer.work)] == fold);
    auto train = test;
    train.flip();
    if (auto done = predict_rest(layers, train, test, fold, result); !done) return propagate(done.error());
  }
  return result;
}

Result<std::vector<HeldOutLayer>> hold_out_larger(const std::vector<MeasuredLayer>& layers) {
  std::map<std::string, std::vector<double>> sizes;
  for (const auto& layer : layers) sizes[layer.work.kind].push_back(layer.work.size());
  for (auto& [kind, own] : sizes) std::ranges::sort(own);
  std::vector<bool> train, test;
  for (const auto& layer : layers) {
    const auto& own = sizes[layer.work.kind];
    train.push_back(layer.work.size() <= stats::quantile_sorted(own, 0.5));
    test.push_back(layer.work.size() > stats::quantile_sorted(own, 0.8));
  }
  std::vector<HeldOutLayer> result;
  if (auto done = predict_rest(layers, train, test, 0, result); !done) return propagate(done.error());
  return result;
}

std::vector<HeldOutLayer> predict_all(const CpuLayerModel& model, const std::vector<MeasuredLayer>& layers) {
  std::vector<HeldOutLayer> result;
  for (const auto& layer : layers) result.push_back({&layer, model.alone(layer.work), 0});
  return result;
}

std::optional<double> log_miss(const HeldOutLayer& layer) {
  const auto measured = layer.measured->step_energy();
  Joules predicted{0};
  for (const auto pass : passes)
    if (layer.measured->passes[pass]) predicted += layer.predicted.energy[pass].value_or(Joules{0});
  if (!measured || !(predicted.value() > 0)) return std::nullopt;
  return std::log(*measured / predicted);
}

double half_width(const std::vector<HeldOutLayer>& layers) {
  std::vector<double> misses;
  for (const auto& layer : layers)
    if (const auto miss = log_miss(layer)) misses.push_back(std::abs(*miss));
  return misses.empty() ? 0 : stats::quantile_sorted(stats::sorted(misses), interval_level);
}

std::optional<double> conformal_half_width(const std::vector<HeldOutLayer>& layers, const std::string& kind,
                                           int left_out) {
  std::vector<Miss> misses;
  for (const auto& layer : layers)
    if (const auto miss = log_miss(layer); miss && layer.measured->work.kind == kind)
      misses.push_back({Novelty::near, kind, shape_of(layer.measured->work), layer.fold, std::abs(*miss)});
  const auto factor = interval_factor(misses, Novelty::near, kind, left_out);
  return factor && factor->calibrated ? std::optional(factor->q) : std::nullopt;
}

std::optional<LayerErrors> layer_errors(const std::vector<MeasuredLayer>& layers) {
  const auto shapes = hold_out_shapes(layers);
  const auto larger = hold_out_larger(layers);
  if (!shapes || !larger) return std::nullopt;
  LayerErrors errors;
  errors.larger = normal_90 * error_of_sums(*larger);
  for (const auto& layer : layers)
    if (const auto& kind = layer.work.kind; !errors.layer.contains(kind)) {
      const auto own = conformal_half_width(*shapes, kind);
      if (!own) return std::nullopt;
      errors.layer[kind] = *own;
    }
  return errors;
}

}  // namespace joulecast::estimate
