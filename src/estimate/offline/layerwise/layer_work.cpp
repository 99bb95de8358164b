#include "estimate/offline/layerwise/layer_work.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace joulecast::estimate {
namespace {

using network::Layer;
using network::LayerKind;

constexpr double bytes_per_value = 4;
constexpr double lanes = 8;  ///< 32-bit values in an AVX2 register

double filled(double channels) {
  return std::ceil(channels / lanes) * lanes;
}

/// How often each pass traverses its input and output together, counted in PyTorch's kernels. With all cores
/// busy, memory bandwidth is the limit. On one thread (bench/operator_traversals.py) elementwise operations
/// agree; normalisation takes up to twice as long, average pools and depthwise convolutions with large
/// windows even longer.
ByPass<double> traversals_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::normalisation:
      // Forward: mean, variance, then x to y. Backward: two sums over tensors, then both are read and the
      // gradient written.
      return {2, 2.5};
    case LayerKind::depthwise:
      // Forward: convert to the blocked layout, convolve, convert back. Backward: the same for the input's
      // gradient and for the weights'.
      return {3, 6};
    case LayerKind::pooling:
      return {1, 3};  // clears the gradient, reads the incoming one and its indices, adds
    default:
      return {1, 1.5};  // reads the incoming gradient and the stored values, writes
  }
}
std::string convolution_or_linear(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::pointwise ? "conv" : "linear";
}

bool is_maximum_pool(const Layer& layer) {
  return layer.kind == LayerKind::pooling && to_lower(layer.operation).starts_with("max");
}

}  // namespace

double LayerWork::input_bytes() const {
  return bytes_per_value * samples * groups * inputs * input_positions;
}
double LayerWork::output_bytes() const {
  return bytes_per_value * samples * groups * outputs * positions;
}
double LayerWork::weight_bytes() const {
  return kind == "pool" ? 0 : bytes_per_value * groups * inputs * outputs * taps;
}

double LayerWork::executed_flops() const {
  const double each = samples * groups * taps * positions;
  if (kind == "pool") return each;
  if (kind != "conv") return 2 * each * inputs * outputs;
  return 2 * each * (inputs > lanes ? filled(inputs) : inputs) * filled(outputs);
}

double LayerWork::size() const {
  return kind == "pool" ? executed_flops() / samples : inputs * outputs;
}

std::array<double, amount_count> amounts_of(const LayerWork& work) {
  return {1, work.executed_flops(), work.input_bytes(), work.output_bytes(), work.weight_bytes()};
}

std::array<double, feature_count> features_of(const LayerWork& work) {
  Eigen::VectorXd sizes(feature_count);
  sizes << work.samples, work.groups, work.inputs, work.outputs, work.taps, work.positions,
      work.input_positions;
  const Eigen::VectorXd logs = sizes.array().max(1e-3).log();
  std::array<double, feature_count> features{};
  std::ranges::copy(logs, features.begin());
  return features;
}

std::optional<LayerWork> measured_work(const Layer& layer, double batch, int element_bytes) {
  LayerWork work;
  work.samples = batch;
  if (is_maximum_pool(layer)) {
    if (layer.output.size() < 3 || layer.output_bytes <= 0) return std::nullopt;
    work.kind = "pool";
    const double values = layer.output_bytes / element_bytes;
    work.groups = static_cast<double>(layer.output[1]);
    work.positions = values / work.groups;
    work.input_positions = layer.input_bytes / element_bytes / work.groups;
    work.taps = layer.flops / values;
    return work;
  }
  if (!layer.product || layer.kind == LayerKind::depthwise || layer.macs <= 0) return std::nullopt;
  const auto& product = *layer.product;
  work.kind = convolution_or_linear(layer.kind);
  work.outputs = product.columns;
  work.groups = layer.macs / (product.rows * product.columns * product.depth);
  work.taps = product.taps;
  work.inputs = product.depth / product.taps;
  if (work.kind == "linear") {
    work.samples *= product.rows * work.groups;
    work.groups = 1;
  } else {
    work.positions = product.rows;
    work.input_positions = layer.input_bytes / element_bytes / (work.groups * work.inputs);
  }
  return work;
}

ByPass<double> moved_bytes(const Layer& layer, double batch, int element_bytes) {
  auto bytes = traversals_of(layer.kind);
  const double values = batch * (layer.input_bytes + layer.output_bytes) / element_bytes;
  for (auto& of_pass : bytes) of_pass *= bytes_per_value * values;
  return bytes;
}

}  // namespace joulecast::estimate
