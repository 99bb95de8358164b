#include "network/builder.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace joulecast::network {
namespace {

double elements(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), 1.0, [](double product, std::int64_t side) {
    return product * static_cast<double>(side);
  });
}
double elements_after_first(const Shape& shape) {
  return elements(Shape(shape.begin() + 1, shape.end()));
}

/// One value for all dimensions, or the dimension's own.
std::int64_t side(const Shape& sides, std::size_t dimension) {
  return sides.size() == 1 ? sides.front() : sides[dimension];
}

double area(const Shape& kernel, std::size_t dimensions) {
  double product = 1;
  for (std::size_t i = 0; i < dimensions; ++i) product *= static_cast<double>(side(kernel, i));
  return product;
}

/// PyTorch's and TensorFlow's output size of one dimension.
std::int64_t windows(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                     std::optional<std::int64_t> pad, const Window& window) {
  if (!pad) return (size + stride - 1) / stride;
  const auto span = size + 2 * *pad - window.dilation * (kernel - 1) - 1;
  if (span < 0) return 0;
  auto count = span / stride + 1;
  // A partial last window counts unless it would begin in the padding behind the input.
  if (window.ceil && span % stride != 0 && count * stride < size + *pad) ++count;
  return count;
}

}  // namespace

Builder::Builder(std::string name, std::string origin) {
  network_.name = std::move(name);
  network_.origin = std::move(origin);
}

Tensor Builder::input(const std::string& name, Shape sample) {
  Tensor tensor{.shape = sample, .id = next_id_++};
  sample.insert(sample.begin(), network_.batch);
  network_.inputs.push_back({name, std::move(sample)});
  return tensor;
}

Layer Builder::start(std::string_view operation) const {
  Layer layer;
  layer.operation = operation;
  return layer;
}

Failure Builder::misfit(std::string_view operation, const Tensor& x, std::string_view reason) const {
  return fail(ErrorKind::invalid, "", "{}{}{} of an input of {}: {}", fmt::join(scopes_, "/"),
              scopes_.empty() ? "" : "/", operation, to_text(x.shape), reason);
}

double Builder::keep(const Tensor& x) {
  return kept_.insert(x.id).second ? elements(x.shape) * network_.element_bytes : 0;
}

Tensor Builder::append(Layer layer, const std::vector<const Tensor*>& inputs, Shape output, bool weighted) {
  Tensor result{.shape = std::move(output), .id = next_id_++, .gradient = weighted};
  bool input_gradient = false;
  for (const auto* x : inputs) {
    layer.input_bytes += elements(x->shape) * network_.element_bytes;
    result.depth = std::max(result.depth, x->depth);
    input_gradient |= x->gradient;
  }
  if (weighted && layer.product) ++result.depth;
  result.gradient |= input_gradient;
  const double outputs = elements(result.shape);
  layer.output_bytes = outputs * network_.element_bytes;
  if (layer.kind != LayerKind::embedding)  // only the rows that are looked up are read; they are its input
    layer.weight_bytes = static_cast<double>(layer.parameters) * network_.element_bytes;
  count_backward(layer, input_gradient);
  const auto kept = kept_for_backward(layer.kind, layer.operation);
  if (kept.inputs)
    for (const auto* x : inputs) layer.saved_bytes += keep(*x);
  if (kept.output) layer.saved_bytes += keep(result);
  layer.saved_bytes += kept.extra_bytes_per_output * outputs;
  const auto path =
      fmt::format("{}{}{}", fmt::join(scopes_, "/"), scopes_.empty() ? "" : "/", layer.operation);
  layer.name = fmt::format("{}_{}", path, ++counts_[path]);
  layer.output = result.shape;
  layer.output.insert(layer.output.begin(), network_.batch);
  network_.depth = std::max(network_.depth, result.depth);
  parameters_ += layer.parameters;
  network_.layers.push_back(std::move(layer));
  return result;
}

Result<Shape> Builder::window_output(std::string_view operation, const Tensor& x,
                                     const Window& window) const {
  constexpr std::size_t most_dimensions = 4;  // channels, depth, height, width
  if (x.shape.size() < 2 || x.shape.size() > most_dimensions)
    return misfit(operation, x, "needs channels and one to three spatial dimensions");
  const auto dimensions = x.shape.size() - 1;
  for (const auto* sides : {&window.kernel, &window.stride, window.pad ? &*window.pad : &window.kernel}) {
    if (sides->size() != 1 && sides->size() != dimensions)
      return misfit(operation, x, fmt::format("{} sides for {} dimensions", sides->size(), dimensions));
  }
  Shape output{x.shape.front()};
  for (std::size_t i = 0; i < dimensions; ++i) {
    const auto pad = window.pad ? std::optional{side(*window.pad, i)} : std::nullopt;
    output.push_back(windows(x.shape[i + 1], side(window.kernel, i), side(window.stride, i), pad, window));
    if (output.back() < 1) return misfit(operation, x, "the window is larger than the input");
  }
  return output;
}

Result<Tensor> Builder::convolution(const Tensor& x, const Window& window, const Filters& filters) {
  auto output = window_output("conv", x, window);
  if (!output) return propagate(output.error());
  const auto in = x.shape.front();
  if (in % filters.groups != 0 || filters.channels % filters.groups != 0)
    return misfit(
        "conv", x,
        fmt::format("{} groups do not divide {} and {} channels", filters.groups, in, filters.channels));
  output->front() = filters.channels;
  auto layer = start("conv");
  const double kernel_area = area(window.kernel, x.shape.size() - 1);
  count_convolution(layer, {.in_channels = static_cast<double>(in),
                            .out_channels = static_cast<double>(filters.channels),
                            .groups = static_cast<double>(filters.groups),
                            .kernel_area = kernel_area,
                            .positions = elements_after_first(*output),
                            .bias = filters.bias});
  layer.parameters = filters.channels * (in / filters.groups) * static_cast<std::int64_t>(kernel_area) +
                     (filters.bias ? filters.channels : 0);
  return append(std::move(layer), {&x}, std::move(*output), true);
}

Result<Tensor> Builder::transposed_convolution(const Tensor& x, const Window& window,
                                               const Filters& filters) {
  if (const auto fits = window_output("deconv", x, {.kernel = window.stride}); !fits)
    return propagate(fits.error());
  auto output = x.shape;
  for (std::size_t i = 1; i < output.size(); ++i) output[i] *= side(window.stride, i - 1);
  output.front() = filters.channels;
  auto layer = start("deconv");
  const double kernel_area = area(window.kernel, x.shape.size() - 1);
  // Each input position is multiplied into a whole window of outputs.
  count_convolution(layer, {.in_channels = static_cast<double>(x.shape.front()),
                            .out_channels = static_cast<double>(filters.channels),
                            .kernel_area = kernel_area,
                            .positions = elements_after_first(x.shape),
                            .bias = filters.bias});
  layer.parameters = filters.channels * x.shape.front() * static_cast<std::int64_t>(kernel_area) +
                     (filters.bias ? filters.channels : 0);
  return append(std::move(layer), {&x}, std::move(output), true);
}

Result<Tensor> Builder::pool(const Tensor& x, std::string_view kind, const Window& window) {
  const auto operation = fmt::format("{}_pool", kind);
  auto output = window_output(operation, x, window);
  if (!output) return propagate(output.error());
  auto layer = start(operation);
  count_elements(layer, LayerKind::pooling, elements(*output), area(window.kernel, x.shape.size() - 1));
  return append(std::move(layer), {&x}, std::move(*output), false);
}

Result<Tensor> Builder::global_pool(const Tensor& x) {
  if (x.shape.size() < 2)
    return misfit("global_pool", x, "needs channels and at least one spatial dimension");
  auto layer = start("global_pool");
  count_elements(layer, LayerKind::pooling, elements(x.shape), 1);
  return append(std::move(layer), {&x}, {x.shape.front()}, false);
}

Result<Tensor> Builder::dense(const Tensor& x, std::int64_t outputs, bool bias, bool tied) {
  if (x.shape.empty()) return misfit("dense", x, "needs at least one dimension");
  auto output = x.shape;
  output.back() = outputs;
  auto layer = start("dense");
  count_product(layer, LayerKind::dense,
                {.rows = elements(x.shape) / static_cast<double>(x.shape.back()),
                 .columns = static_cast<double>(outputs),
                 .depth = static_cast<double>(x.shape.back())},
                bias);
  layer.parameters = (tied ? 0 : x.shape.back() * outputs) + (bias ? outputs : 0);
  return append(std::move(layer), {&x}, std::move(output), true);
}

Result<Tensor> Builder::normalise(const Tensor& x, std::string_view operation, int dimension, int learned) {
  if (x.shape.empty()) return misfit(operation, x, "needs at least one dimension");
  auto layer = start(operation);
  count_elements(layer, LayerKind::normalisation, elements(x.shape), flops_per_element(operation));
  layer.parameters = learned * (dimension < 0 ? x.shape.back() : x.shape.front());
  return append(std::move(layer), {&x}, x.shape, learned > 0);
}

Tensor Builder::activate(const Tensor& x, std::string_view operation) {
  auto layer = start(operation);
  const auto kind = operation == "softmax" ? LayerKind::normalisation : LayerKind::elementwise;
  count_elements(layer, kind, elements(x.shape), flops_per_element(operation));
  return append(std::move(layer), {&x}, x.shape, false);
}

Result<Tensor> Builder::combine(std::string_view operation, const std::vector<Tensor>& parts) {
  const auto& widest =
      *std::ranges::max_element(parts, {}, [](const Tensor& t) { return elements(t.shape); });
  std::vector<const Tensor*> inputs;
  for (const auto& part : parts) {
    // A part may have one value for each channel, [c] beside [c,h,w], as in squeeze and excitation.
    const bool by_channel =
        part.shape.size() == 1 && !widest.shape.empty() && part.shape[0] == widest.shape[0];
    if (part.shape != widest.shape && !by_channel)
      return misfit(operation, widest, fmt::format("does not fit {}", to_text(part.shape)));
    inputs.push_back(&part);
  }
  auto layer = start(operation);
  count_elements(layer, LayerKind::elementwise, elements(widest.shape),
                 static_cast<double>(parts.size()) - 1);
  return append(std::move(layer), inputs, widest.shape, false);
}

Result<Tensor> Builder::concatenate(const std::vector<Tensor>& parts, std::size_t dimension) {
  auto output = parts.front().shape;
  if (dimension >= output.size()) return misfit("concat", parts.front(), "has no such dimension");
  std::vector<const Tensor*> inputs{&parts.front()};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    auto expected = parts[i].shape;
    if (dimension < expected.size()) expected[dimension] = parts.front().shape[dimension];
    if (expected != parts.front().shape)
      return misfit("concat", parts.front(), fmt::format("does not fit {}", to_text(parts[i].shape)));
    output[dimension] += parts[i].shape[dimension];
    inputs.push_back(&parts[i]);
  }
  auto layer = start("concat");
  layer.kind = LayerKind::movement;
  return append(std::move(layer), inputs, std::move(output), false);
}

Result<Tensor> Builder::slice(const Tensor& x, std::int64_t start_at, std::int64_t count) {
  if (x.shape.empty() || start_at < 0 || count < 1 || start_at > x.shape.front() - count)
    return misfit("slice", x, fmt::format("has no {} channels from {} on", count, start_at));
  auto shape = x.shape;
  shape.front() = count;
  auto part = reshape(x, std::move(shape));
  // A part has an id of its own: keeping it for the backward pass does not keep the whole
  part.id = next_id_++;
  return part;
}

Tensor Builder::reshape(const Tensor& x, Shape shape) {
  auto view = x;
  view.shape = std::move(shape);
  return view;
}

Tensor Builder::move(const Tensor& x, std::string_view operation, Shape shape) {
  auto layer = start(operation);
  layer.kind = LayerKind::movement;
  return append(std::move(layer), {&x}, std::move(shape), false);
}

Tensor Builder::learned(const Tensor& x, std::string_view operation, std::int64_t parameters) {
  auto layer = start(operation);
  count_elements(layer, LayerKind::elementwise, elements(x.shape), 1);
  layer.parameters = parameters;
  return append(std::move(layer), {&x}, x.shape, true);
}

void Builder::enter(const std::string& scope) {
  const auto path = fmt::format("{}{}{}", fmt::join(scopes_, "/"), scopes_.empty() ? "" : "/", scope);
  scopes_.push_back(fmt::format("{}_{}", scope, ++counts_[path]));
}
void Builder::leave() {
  scopes_.pop_back();
}

ArchitectureFeatures Builder::finish() && {
  return std::move(network_);
}

}  // namespace joulecast::network
