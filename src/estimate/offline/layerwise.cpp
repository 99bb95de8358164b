#include "estimate/offline/layerwise.hpp"

#include <fmt/ranges.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "estimate/offline/model_json.hpp"

namespace joulecast::estimate {
namespace {

using network::LayerKind;

constexpr int least_rows = 10;
constexpr RegressionSetting residual_setting{
    .kind = RegressionKind::kernel_ridge, .alpha = 0.3, .gamma = 0.1};
constexpr Eigen::Index cost_count = 5;

Eigen::VectorXd amounts_of(const LayerWork& work) {
  Eigen::VectorXd amounts(cost_count);
  amounts << 1, work.flops, work.read_bytes, work.written_bytes, work.weight_bytes;
  return amounts;
}

Eigen::VectorXd logarithms_of(const LayerWork& work) {
  return amounts_of(work).tail(cost_count - 1).array().max(1.0).log();
}

/// Non-negative least squares by coordinate descent: the columns are few.
Eigen::VectorXd non_negative(const Eigen::MatrixXd& a, const Eigen::VectorXd& b) {
  constexpr int most_sweeps = 20000;
  const Eigen::MatrixXd normal = a.transpose() * a;
  const Eigen::VectorXd right = a.transpose() * b;
  Eigen::VectorXd x = Eigen::VectorXd::Zero(a.cols());
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    double moved = 0;
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      if (normal(j, j) <= 0) continue;
      const double next = std::max(0.0, x[j] + (right[j] - normal.row(j).dot(x)) / normal(j, j));
      moved = std::max(moved, std::abs(next - x[j]) * std::sqrt(normal(j, j)));
      x[j] = next;
    }
    if (moved < 1e-10 * b.norm()) break;
  }
  return x;
}

constexpr std::array passes{"forward", "backward"};

}  // namespace

std::optional<LayerWork> layer_work(const network::Layer& layer, double batch) {
  std::string kind;
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::pointwise:
      kind = "conv";
      break;
    case LayerKind::dense:
      kind = "linear";
      break;
    case LayerKind::pooling:
      kind = "pool";
      break;
    default:
      return std::nullopt;
  }
  const double flops = kind == "pool" ? layer.flops : 2 * layer.macs;
  return LayerWork{kind, batch * flops, batch * layer.input_bytes, batch * layer.output_bytes,
                   layer.weight_bytes};
}

double LayerEstimator::base(const LayerWork& work) const {
  return costs_.dot(amounts_of(work));
}

Result<LayerEstimator> LayerEstimator::fit(const std::vector<std::pair<LayerWork, Joules>>& rows) {
  const auto n = static_cast<Eigen::Index>(rows.size());
  if (n < least_rows)
    return fail(ErrorKind::invalid, "layerwise", "{} layers of a kind, needs {}", n, least_rows);
  Eigen::MatrixXd relative(n, cost_count);  // each row over its energy: relative errors count alike
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& [work, energy] = rows[static_cast<std::size_t>(i)];
    relative.row(i) = amounts_of(work) / energy.value();
  }
  Eigen::VectorXd scale = relative.colwise().norm();
  scale = (scale.array() > 0).select(scale, 1.0);
  LayerEstimator result;
  result.costs_ = non_negative(relative * scale.cwiseInverse().asDiagonal(), Eigen::VectorXd::Ones(n))
                      .cwiseQuotient(scale);
  RegressionData data{Eigen::MatrixXd(n, cost_count - 1), Eigen::VectorXd(n)};
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto& [work, energy] = rows[static_cast<std::size_t>(i)];
    data.x.row(i) = logarithms_of(work);
    data.y[i] = std::log(energy.value() / result.base(work));
  }
  auto residual = Regression::fit(data, residual_setting);
  if (!residual) return propagate(residual.error());
  result.residual_ = std::move(*residual);
  return result;
}

Joules LayerEstimator::predict(const LayerWork& work) const {
  return Joules{base(work) * std::exp(residual_.predict(logarithms_of(work)))};
}

nlohmann::ordered_json LayerEstimator::to_json() const {
  return {{"costs_j", numbers_of(costs_)}, {"residual", residual_.to_json()}};
}

Result<LayerEstimator> LayerEstimator::from_json(const nlohmann::ordered_json& json) {
  JsonReader reader(json, "layer estimator");
  LayerEstimator result;
  result.costs_ = reader.vector("costs_j");
  if (reader.error()) return propagate(*reader.error());
  if (result.costs_.size() != cost_count)
    return fail(ErrorKind::malformed, "costs_j", "are not {} numbers", cost_count);
  auto residual = Regression::from_json(reader.member("residual"));
  if (!residual) return propagate(residual.error());
  result.residual_ = std::move(*residual);
  return result;
}

Result<LayerwiseModel> LayerwiseModel::fit(const std::vector<MeasuredLayer>& layers) {
  std::map<std::array<std::string, 3>, std::vector<std::pair<LayerWork, Joules>>> rows;
  for (const auto& layer : layers) {
    if (layer.forward) rows[{layer.cpu, layer.work.kind, passes[0]}].emplace_back(layer.work, *layer.forward);
    if (layer.backward)
      rows[{layer.cpu, layer.work.kind, passes[1]}].emplace_back(layer.work, *layer.backward);
  }
  LayerwiseModel model;
  for (const auto& [key, own] : rows) {
    auto estimator = LayerEstimator::fit(own);
    if (!estimator) return propagate(estimator.error());
    model.estimators_[key[0]][key[1]].emplace(key[2], std::move(*estimator));
  }
  if (model.estimators_.empty()) return fail(ErrorKind::invalid, "layerwise", "no layer was measured");
  return model;
}

std::vector<std::string> LayerwiseModel::cpus() const {
  std::vector<std::string> names;
  for (const auto& [cpu, kinds] : estimators_) names.push_back(cpu);
  return names;
}

Result<LayerwiseEstimate> LayerwiseModel::predict(const network::ArchitectureFeatures& network, double batch,
                                                  const std::string& cpu) const {
  const auto kinds = estimators_.find(cpu);
  if (kinds == estimators_.end())
    return fail(ErrorKind::invalid, "--cpu", "'{}' was not measured; these were: {}", cpu,
                fmt::join(cpus(), ", "));
  LayerwiseEstimate result;
  for (const auto& layer : network.layers) {
    const auto work = layer_work(layer, batch);
    const auto own = work ? kinds->second.find(work->kind) : kinds->second.end();
    if (own == kinds->second.end()) {
      if (layer.kernels > 0) ++result.not_counted[layer.operation];
      continue;
    }
    LayerEnergy energy{layer.name, layer.operation, {}, {}, 0};
    for (const auto* pass : passes)
      if (const auto estimator = own->second.find(pass); estimator != own->second.end())
        (pass == passes[0] ? energy.forward : energy.backward) = estimator->second.predict(*work);
    result.forward += energy.forward;
    result.backward += energy.backward;
    result.layers.push_back(std::move(energy));
  }
  const auto total = result.forward + result.backward;
  for (auto& layer : result.layers) layer.share = (layer.forward + layer.backward) / total;
  return result;
}

nlohmann::ordered_json LayerwiseModel::to_json() const {
  nlohmann::ordered_json json;
  for (const auto& [cpu, kinds] : estimators_)
    for (const auto& [kind, by_pass] : kinds)
      for (const auto& [pass, estimator] : by_pass) json[cpu][kind][pass] = estimator.to_json();
  return json;
}

Result<LayerwiseModel> LayerwiseModel::from_json(const nlohmann::ordered_json& json) {
  LayerwiseModel model;
  if (!json.is_object()) return fail(ErrorKind::malformed, "layerwise", "is not a JSON object");
  for (const auto& [cpu, kinds] : json.items())
    for (const auto& [kind, by_pass] : kinds.items())
      for (const auto& [pass, value] : by_pass.items()) {
        auto estimator = LayerEstimator::from_json(value);
        if (!estimator) return propagate(estimator.error());
        model.estimators_[cpu][kind].emplace(pass, std::move(*estimator));
      }
  return model;
}

}  // namespace joulecast::estimate
