#include "estimate/offline/layerwise/layerwise.hpp"

#include <fmt/ranges.h>

#include <cmath>
#include <numbers>

#include "estimate/offline/layerwise/layerwise_errors.hpp"

namespace joulecast::estimate {
namespace {

/// Traversals of a mean squared error. Forward reads prediction and target, then writes and reads the
/// squares. Backward reads both and writes the gradient.
constexpr double loss_traversals = 7;
/// Assumed 90 % error factors. A price by bytes alone is within a factor of two. The gradient of an input is
/// within a factor of one and a half: it took 0.9 to 1.5 times the forward pass on the thread of
/// bench/operator_traversals.py.
constexpr double moved_bytes_error = std::numbers::ln2;
const double input_gradient_error = std::log(1.5);

bool input_needs_gradient(const network::Layer& layer) {
  return layer.backward_flops > 1.5 * layer.flops;
}

}  // namespace

struct CpuLayerModel::Part {
  const network::Layer* layer = nullptr;
  std::string kind;  ///< kind of layer in the table; "" if it is priced by bytes
  ByPass<Seconds> time{};
  Seconds input_gradient{0};  ///< part of the backward pass
  ByPass<double> power_factor{1, 1};
};

Result<CpuLayerModel> CpuLayerModel::fit(const std::vector<MeasuredLayer>& layers) {
  CpuLayerModel model;
  for (const auto pass : passes) {
    std::vector<PassRow> draws;
    std::map<std::string, std::vector<PassRow>> kinds;
    for (const auto& layer : layers) {
      const auto& measured = layer.passes[pass];
      // A layer without this pass contributes its forward pass: the curve depends on durations alone, and the
      // longest steps of the table are those of pools, which have no backward pass.
      if (const auto& row = measured ? measured : layer.passes[forward])
        draws.push_back({layer.work, row->time, layer.step_time(), row->energy});
      if (measured) kinds[layer.work.kind].push_back(draws.back());
    }
    auto curve = PowerCurve::fit(draws);
    if (!curve) return propagate(curve.error());
    model.power_[pass] = std::move(*curve);
    for (const auto& [kind, rows] : kinds) {
      auto time = LayerTime::fit(rows);
      if (!time) return propagate(time.error());
      auto power = PowerFactor::fit(rows, model.power_[pass]);
      if (!power) return propagate(power.error());
      model.kinds_[kind][pass] = PassModel{std::move(*time), std::move(*power)};
    }
  }
  return model;
}

const CpuLayerModel::Kind* CpuLayerModel::find(const std::string& kind) const {
  const auto found = kinds_.find(kind);
  return found == kinds_.end() ? nullptr : &found->second;
}

LoneLayer CpuLayerModel::alone(const LayerWork& work) const {
  LoneLayer result;
  const auto* kind = find(work.kind);
  if (kind == nullptr) return result;
  Seconds step{0};
  for (const auto pass : passes)
    if (const auto& model = (*kind)[pass]) step += *(result.time[pass] = model->time(work));
  for (const auto pass : passes)
    if (const auto& model = (*kind)[pass])
      result.energy[pass] = power_[pass](step) * *result.time[pass] * model->power(work);
  return result;
}

std::optional<double> CpuLayerModel::seconds_per_moved_byte() const {
  for (const auto* name : {"conv", "linear"}) {  // tensors of convolutions leave the caches, as networks' do
    const auto* kind = find(name);
    if (kind == nullptr || !(*kind)[forward] || !(*kind)[backward]) continue;
    const double more = (*kind)[backward]->time.cost(output) - (*kind)[forward]->time.cost(output);
    if (more > 0) return more / loss_traversals;
  }
  return std::nullopt;
}

std::optional<CpuLayerModel::Part> CpuLayerModel::part_of(const network::Layer& layer, double batch,
                                                          int element_bytes) const {
  Part part;
  part.layer = &layer;
  const auto work = measured_work(layer, batch, element_bytes);
  const auto* kind = work ? find(work->kind) : nullptr;
  const bool measured = kind != nullptr && (*kind)[forward];
  if (!measured || !(*kind)[backward]) {  // layers without a backward pass in the tables, such as pools
    const auto byte = seconds_per_moved_byte();
    if (!byte) return std::nullopt;
    const auto bytes = moved_bytes(layer, batch, element_bytes);
    for (const auto pass : passes) part.time[pass] = Seconds{*byte * bytes[pass]};
  }
  if (!measured) return part;
  part.kind = work->kind;
  for (const auto pass : passes)
    if (const auto& model = (*kind)[pass]) part.power_factor[pass] = model->power(*work);
  const auto& ahead = (*kind)[forward]->time;
  part.time[forward] = ahead(*work);
  if (const auto& back = (*kind)[backward]) {
    const double without_loss = std::min(back->time.cost(output), ahead.cost(output));
    if (input_needs_gradient(layer)) part.input_gradient = part.time[forward];
    part.time[backward] = back->time.with_output_cost(*work, without_loss) + part.input_gradient;
  }
  return part;
}

Result<LayerwiseEstimate> CpuLayerModel::predict(const network::ArchitectureFeatures& network,
                                                 double batch) const {
  LayerwiseEstimate result;
  for (const auto& missed : network.uncounted) result.not_counted[missed.operation] += missed.nodes;
  std::vector<Part> parts;
  for (const auto& layer : network.layers) {
    if (layer.kernels == 0) continue;  // only renames bytes and moves none
    if (auto part = part_of(layer, batch, network.element_bytes)) {
      for (const auto pass : passes) result.time[pass] += part->time[pass];
      parts.push_back(std::move(*part));
    } else {
      ++result.not_counted[layer.operation];
    }
  }
  const auto step = result.time[forward] + result.time[backward];
  if (!(step.value() > 0))
    return fail(ErrorKind::invalid, network.name, "has no layer of a kind that was measured");
  for (const auto& part : parts) {
    auto& layer = result.layers.emplace_back();
    layer.name = part.layer->name;
    layer.operation = part.layer->operation;
    layer.basis = part.kind.empty() ? Basis::moved_bytes : Basis::measured_kind;
    for (const auto pass : passes) {
      layer.energy[pass] = power_[pass](step) * part.time[pass] * part.power_factor[pass];
      result.energy[pass] += layer.energy[pass];
    }
  }
  // Only a damaged model file has coefficients as large.
  if (!(result.step().value() > 0) || !std::isfinite(result.step().value()))
    return fail(ErrorKind::malformed, network.name, "the layer-wise model gives it no finite energy");
  for (auto& layer : result.layers) {
    layer.share = layer.step() / result.step();
    if (layer.basis == Basis::moved_bytes) result.moved_bytes_share += layer.share;
  }
  if (errors) {
    if (errors->other_cpu) result.other_cpu = std::exp(*errors->other_cpu);
    const double factor = std::exp(log_error(parts, result.layers));
    result.interval = Interval<Joules>{result.step() / factor, result.step() * factor};
  }
  return result;
}

/// The layers' own errors are independent. What is common to all layers of a kind, to all prices by bytes or
/// to all input gradients adds up before it is squared; these common parts are independent of each other.
double CpuLayerModel::log_error(const std::vector<Part>& parts,
                                const std::vector<LayerEnergy>& layers) const {
  std::map<std::string, double> common;
  double gradients = 0, squares = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto& part = parts[i];
    const auto& layer = layers[i];
    common[part.kind] += layer.share * (part.kind.empty() ? moved_bytes_error : errors->larger);
    if (part.input_gradient > Seconds{0})
      gradients +=
          layer.share * (layer.energy[backward] / layer.step()) * (part.input_gradient / part.time[backward]);
    if (const auto own = errors->layer.find(part.kind); own != errors->layer.end())
      squares += std::pow(layer.share * own->second, 2);
  }
  for (const auto& [kind, error] : common) squares += error * error;
  return std::sqrt(squares + std::pow(gradients * input_gradient_error, 2));
}

Result<LayerwiseModel> LayerwiseModel::fit(const std::vector<MeasuredLayer>& layers) {
  LayerwiseModel result;
  const auto cpus = by_cpu(layers);
  double squares = 0, counted = 0;
  for (const auto& [cpu, own] : cpus) {
    auto model = CpuLayerModel::fit(own);
    if (!model) return propagate(model.error());
    if (model->errors = layer_errors(own); model->errors) {
      squares += std::pow(model->errors->larger, 2), counted += 1;
      for (const auto& [other, others] : cpus)
        if (other != cpu)
          model->errors->other_cpu =
              std::max(model->errors->other_cpu.value_or(0), half_width(predict_all(*model, others)));
    }
    result.cpus_.emplace(cpu, std::move(*model));
  }
  if (result.cpus_.empty()) return fail(ErrorKind::invalid, "layerwise", "no layer was measured");
  // There are few sums over larger layers, and their errors come from the method more than from the CPU. So
  // all CPUs share one figure.
  for (auto& [cpu, model] : result.cpus_)
    if (model.errors) model.errors->larger = std::sqrt(squares / counted);
  return result;
}

std::vector<std::string> LayerwiseModel::cpus() const {
  std::vector<std::string> names;
  for (const auto& [cpu, model] : cpus_) names.push_back(cpu);
  return names;
}

Result<const CpuLayerModel*> LayerwiseModel::on(const std::string& cpu) const {
  const auto found = cpus_.find(cpu);
  if (found == cpus_.end())
    return fail_field("cpu", "{}; layers were measured on these: {}",
                      cpu.empty() ? "is not given" : "'" + cpu + "' was not measured",
                      fmt::join(cpus(), ", "));
  return &found->second;
}

}  // namespace joulecast::estimate
