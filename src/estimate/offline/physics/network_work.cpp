#include "estimate/offline/physics/network_work.hpp"

#include <algorithm>
#include <optional>

namespace joulecast::estimate {
namespace {

using network::LayerKind;

constexpr std::array<std::string_view, term_count> term_names{
    "convolution_flops", "pointwise_flops", "dense_flops",       "narrow_flops",  "depthwise_flops",
    "convolution_bytes", "depthwise_bytes", "elementwise_bytes", "pooling_bytes", "movement_bytes"};

struct Kind {
  Term flops;
  Term bytes;
};

/// The terms that count a layer's products and its traffic. A layer without products has no FLOP term.
Kind kind_of(LayerKind kind) {
  switch (kind) {
    case LayerKind::convolution:
      return {Term::convolution_flops, Term::convolution_bytes};
    case LayerKind::pointwise:
      return {Term::pointwise_flops, Term::convolution_bytes};
    case LayerKind::depthwise:
      return {Term::depthwise_flops, Term::depthwise_bytes};
    case LayerKind::dense:
    case LayerKind::attention:
    case LayerKind::recurrent:
      return {Term::dense_flops, Term::convolution_bytes};
    case LayerKind::pooling:
      return {Term::dense_flops, Term::pooling_bytes};
    case LayerKind::movement:
    case LayerKind::embedding:
      return {Term::dense_flops, Term::movement_bytes};
    case LayerKind::normalisation:
    case LayerKind::elementwise:
    case LayerKind::other:
      break;
  }
  return {Term::dense_flops, Term::elementwise_bytes};
}

/// Nothing for a layer without products.
std::optional<ProductKind> product_kind_of(const network::Layer& layer) {
  switch (layer.kind) {
    case LayerKind::convolution:
      return layer.product && layer.product->groups > 1 ? ProductKind::grouped : ProductKind::spatial;
    case LayerKind::pointwise:
      return ProductKind::pointwise;
    case LayerKind::depthwise:
      return ProductKind::depthwise;
    case LayerKind::dense:
    case LayerKind::recurrent:
      return ProductKind::dense;
    case LayerKind::attention:
      return ProductKind::attention;
    case LayerKind::pooling:
    case LayerKind::movement:
    case LayerKind::embedding:
    case LayerKind::normalisation:
    case LayerKind::elementwise:
    case LayerKind::other:
      break;
  }
  return std::nullopt;
}

constexpr double full_width = 32;    ///< output channels in one tile of a matrix product
constexpr double wide_enough = 512;  ///< more columns make no difference to the efficiency

}  // namespace

std::string_view name_of(Term term) {
  return term_names[static_cast<std::size_t>(term)];
}

double NetworkWork::flops() const {
  return (*this)[Term::convolution_flops] + (*this)[Term::pointwise_flops] + (*this)[Term::dense_flops] +
         (*this)[Term::depthwise_flops];
}

double NetworkWork::bytes() const {
  return (*this)[Term::convolution_bytes] + (*this)[Term::depthwise_bytes] +
         (*this)[Term::elementwise_bytes] + (*this)[Term::pooling_bytes] + (*this)[Term::movement_bytes];
}

/// Forward and backward of a layer over its forward pass.
double passes_of(const network::Layer& layer) {
  switch (layer.gradient) {
    case network::Gradient::none:
      return 1;
    case network::Gradient::inputs:
      return layer.product && layer.kind != LayerKind::attention ? 2 : 3;
    case network::Gradient::weights:
      return 2;
    case network::Gradient::full:
      break;
  }
  return 3;
}

/// Sums of passes, weighted.
struct Passes {
  double products = 0, outputs = 0, kernels = 0;
  std::int64_t trained = 0;
};

void put_passes(const Passes& passes, NetworkWork& work) {
  if (work.gmacs > 0) work.product_passes = passes.products / work.gmacs;
  if (work.product_outputs > 0) work.output_passes = passes.outputs / work.product_outputs;
  if (work.kernels > 0) work.kernel_passes = passes.kernels / work.kernels;
  if (work.parameters > 0) work.trained_share = static_cast<double>(passes.trained) / work.parameters;
}

NetworkWork work_of(const network::ArchitectureFeatures& network) {
  NetworkWork work;
  Passes sums;
  double share = 1;  // of a third of the step that the layer takes part in
  const auto add = [&](Term term, double amount) {
    work.terms[static_cast<std::size_t>(term)] += amount * share;
  };
  for (const auto& layer : network.layers) {
    const double passes = passes_of(layer);
    share = passes / 3;
    const auto kind = kind_of(layer.kind);
    add(kind.flops, 2 * layer.macs);
    if (layer.kernels > 0) add(kind.bytes, layer.input_bytes + layer.output_bytes);
    if (layer.product && layer.kind != LayerKind::depthwise && layer.product->columns > 0)
      add(Term::narrow_flops, 2 * layer.macs * full_width / std::min(layer.product->columns, wide_enough));
    const double written = layer.output_bytes / network.element_bytes;
    if (const auto product = product_kind_of(layer)) {
      work.gmacs_of[static_cast<std::size_t>(*product)] += layer.macs * 1e-9;
      work.product_outputs += written;
      sums.outputs += passes * written;
    } else if (layer.kernels > 0) {
      work.other_outputs += written;
    }
    work.kernels += layer.kernels;
    work.weight_bytes += layer.weight_bytes * share;
    work.parameters += static_cast<double>(layer.parameters);
    work.gmacs += layer.macs * 1e-9;
    sums.products += passes * layer.macs * 1e-9;
    sums.kernels += passes * layer.kernels;
    sums.trained += network::trained_parameters(layer);
  }
  put_passes(sums, work);
  const bool embeds = std::ranges::any_of(
      network.layers, [](const auto& layer) { return layer.kind == LayerKind::embedding; });
  if (embeds && !network.inputs.empty() && network.inputs.front().shape.size() == 2)
    work.tokens = static_cast<double>(network.inputs.front().shape[1]);
  return work;
}

}  // namespace joulecast::estimate
