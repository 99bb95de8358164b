#include "network/network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.hpp"

namespace joulecast::network {

std::string_view name_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::convolution:
      return "convolution";
    case LayerKind::depthwise:
      return "depthwise";
    case LayerKind::pointwise:
      return "pointwise";
    case LayerKind::dense:
      return "dense";
    case LayerKind::attention:
      return "attention";
    case LayerKind::normalisation:
      return "normalisation";
    case LayerKind::elementwise:
      return "elementwise";
    case LayerKind::pooling:
      return "pooling";
    case LayerKind::embedding:
      return "embedding";
    case LayerKind::recurrent:
      return "recurrent";
    case LayerKind::movement:
      return "movement";
    case LayerKind::other:
      return "other";
  }
  return "other";
}

std::int64_t trained_parameters(const Layer& layer) {
  return layer.gradient == Gradient::full || layer.gradient == Gradient::weights ? layer.parameters : 0;
}

Totals totals(const ArchitectureFeatures& network) {
  Totals sum;
  for (const auto& layer : network.layers) {
    sum.parameters += layer.parameters;
    sum.trained_parameters += trained_parameters(layer);
    sum.macs += layer.macs;
    sum.flops += layer.flops;
    sum.backward_flops += layer.backward_flops;
    sum.activation_bytes += layer.output_bytes;
    sum.traffic_bytes += layer.input_bytes + layer.output_bytes;
    sum.weight_bytes += layer.weight_bytes;
    sum.saved_bytes += layer.saved_bytes;
    sum.widest_bytes = std::max(sum.widest_bytes, layer.input_bytes + layer.output_bytes);
    sum.kernels += layer.kernels;
  }
  for (const auto& missed : network.uncounted) {
    sum.parameters += missed.parameters;
    sum.trained_parameters += missed.parameters;
  }
  return sum;
}

double uncounted_share(const ArchitectureFeatures& network) {
  double missed = 0;
  for (const auto& entry : network.uncounted) missed += entry.nodes;
  const double all = missed + static_cast<double>(network.layers.size());
  return all == 0 ? 0 : missed / all;
}

std::optional<ImageSize> image_size(const ArchitectureFeatures& network) {
  if (network.inputs.empty()) return std::nullopt;
  const auto& shape = network.inputs.front().shape;
  if (shape.size() != 4) return std::nullopt;
  // A last dimension that can only be channels means NHWC (TensorFlow).
  if (shape[3] <= 4 && shape[1] > 4) return ImageSize{shape[3], shape[1], shape[2]};
  return ImageSize{shape[1], shape[2], shape[3]};
}

Result<Shape> parse_shape(std::string_view text) {
  constexpr std::int64_t largest = 1 << 30;
  constexpr std::size_t most = 16;
  Shape shape;
  const auto lowered = to_lower(text);
  for (const auto part : split(lowered, 'x')) {
    const auto size = parse_int(trim(part));
    if (!size || *size < 1 || *size > largest || shape.size() == most)
      return fail(ErrorKind::invalid, "", "'{}' is not a shape such as 3x224x224", text);
    shape.push_back(*size);
  }
  return shape;
}

std::string to_text(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

std::optional<std::int64_t> element_count(const Shape& shape) {
  constexpr std::int64_t limit = std::int64_t{1} << 62;
  std::int64_t count = 1;
  for (const auto size : shape) {
    if (size < 0 || (size != 0 && count > limit / size)) return std::nullopt;
    count *= size;
  }
  return count;
}

}  // namespace joulecast::network
