#include "network/live.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace joulecast::network {
namespace {

double count(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), 1.0, [](double product, std::int64_t side) {
    return product * static_cast<double>(side);
  });
}

bool has_weights(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::depthwise || kind == LayerKind::pointwise ||
         kind == LayerKind::dense || kind == LayerKind::recurrent;
}

/// From the whole batch and one turn of a loop to one sample and all turns.
void scale(Layer& layer, double batch, double times) {
  for (auto* figure : {&layer.macs, &layer.flops, &layer.backward_flops, &layer.input_bytes,
                       &layer.output_bytes, &layer.saved_bytes})
    *figure *= times / batch;
  layer.weight_bytes *= times;
  layer.kernels = static_cast<int>(std::min(layer.kernels * times, 1e6));
  if (!layer.product) return;
  // A product between activations has one matrix for each sample; a weighted one has rows for each sample.
  auto& shared = layer.kind == LayerKind::attention ? layer.product->groups : layer.product->rows;
  shared /= batch;
  layer.product->groups *= times;
}

}  // namespace

double LiveNetwork::Value::elements() const {
  return count(shape);
}

LiveNetwork::LiveNetwork(std::string name, std::string origin, std::int64_t batch) {
  features_.name = std::move(name);
  features_.origin = std::move(origin);
  features_.batch = std::max<std::int64_t>(batch, 1);
}

// ---- tensors

int LiveNetwork::add_value(const Shape& shape, double element_bytes, Storage storage) {
  values_.push_back({shape, element_bytes, static_cast<int>(storages_.size())});
  storage.bytes = values_.back().bytes();
  storages_.push_back(std::move(storage));
  return static_cast<int>(values_.size()) - 1;
}

const LiveNetwork::Value& LiveNetwork::value(int tensor) const {
  return values_.at(static_cast<std::size_t>(tensor));
}
const LiveNetwork::Storage& LiveNetwork::storage(int tensor) const {
  return storages_[static_cast<std::size_t>(value(tensor).storage)];
}

int LiveNetwork::input(const std::string& name, const Shape& shape, double element_bytes) {
  features_.inputs.push_back({name, shape});
  return add_value(shape, element_bytes, {});
}

int LiveNetwork::weight(const std::string& key, const Shape& shape, double element_bytes) {
  parameters_.emplace(key, static_cast<std::int64_t>(count(shape)));
  return add_value(shape, element_bytes, {.constant = true, .weights = {key}});
}

int LiveNetwork::constant(const Shape& shape, double element_bytes) {
  return add_value(shape, element_bytes, {.constant = true});
}

int LiveNetwork::view(int tensor, const Shape& shape) {
  const auto& viewed = value(tensor);
  values_.push_back({shape, viewed.element_bytes, viewed.storage});
  return static_cast<int>(values_.size()) - 1;
}

int LiveNetwork::derived(const std::vector<int>& from, const Shape& shape, double element_bytes) {
  Storage made;
  for (const int tensor : from) {
    made.gradient |= storage(tensor).gradient;
    made.depth = std::max(made.depth, storage(tensor).depth);
  }
  return add_value(shape, element_bytes, std::move(made));
}

// ---- operations

bool LiveNetwork::reads_only_constants(const LiveOperation& operation) const {
  return std::ranges::all_of(operation.reads, [&](int tensor) { return storage(tensor).constant; });
}

/// One of the operands depends on the sample, and the others, if any, are not learned: the gradient needs
/// only them.
bool LiveNetwork::scales_by_constants(const LiveOperation& operation) const {
  if (operation.operation != "mul" && operation.operation != "div") return false;
  std::ptrdiff_t samples = 0, learned = 0;
  for (const int tensor : operation.reads) {
    samples += storage(tensor).constant ? 0 : 1;
    learned += storage(tensor).weights.empty() ? 0 : 1;
  }
  return samples == 1 && learned == 0;
}

double LiveNetwork::elements_written(const LiveOperation& operation) const {
  return operation.writes.empty() ? 0 : count(operation.writes.front().first);
}

std::vector<int> LiveNetwork::add_writes(const LiveOperation& operation, const Storage& like) {
  std::vector<int> written;
  for (const auto& [shape, bytes] : operation.writes) written.push_back(add_value(shape, bytes, like));
  return written;
}

std::vector<int> LiveNetwork::add_constants(const LiveOperation& operation) {
  Storage made{.constant = true};
  for (const int tensor : operation.reads) {
    const auto& weights = storage(tensor).weights;
    made.weights.insert(weights.begin(), weights.end());
  }
  return add_writes(operation, made);
}

std::int64_t LiveNetwork::take_parameters(const LiveOperation& operation) {
  std::int64_t sum = 0;
  for (const int tensor : operation.reads)
    for (const auto& key : storage(tensor).weights)
      if (counted_.insert(key).second) sum += parameters_[key];
  return sum;
}

double LiveNetwork::keep(int tensor) {
  const int id = value(tensor).storage;
  return kept_.insert(id).second ? storages_[static_cast<std::size_t>(id)].bytes : 0;
}

std::string LiveNetwork::unique_name(const LiveOperation& operation) {
  auto name = operation.name.empty() ? operation.operation : operation.name;
  if (const int again = names_[name]++; again > 0) name += fmt::format("#{}", again + 1);
  return name;
}

std::vector<int> LiveNetwork::add_layer(const LiveOperation& operation, Layer layer) {
  if (reads_only_constants(operation)) return add_constants(operation);
  Storage made;
  for (const int tensor : operation.reads) {
    const auto& read = storage(tensor);
    made.gradient |= read.gradient;
    made.depth = std::max(made.depth, read.depth);
    if (!read.constant) layer.input_bytes += value(tensor).bytes();
    if (read.constant && layer.kind != LayerKind::embedding) layer.weight_bytes += value(tensor).bytes();
  }
  layer.parameters = take_parameters(operation);
  if (has_weights(layer.kind)) ++made.depth;
  features_.depth = std::max(features_.depth, made.depth);
  for (const auto& [shape, bytes] : operation.writes) layer.output_bytes += count(shape) * bytes;
  if (layer.kind == LayerKind::embedding) layer.input_bytes += layer.output_bytes;  // the rows that are read
  count_backward(layer, made.gradient);
  made.gradient |= layer.parameters > 0 || has_weights(layer.kind);
  auto written = add_writes(operation, made);

  const auto kept = kept_for_backward(
      layer.kind, scales_by_constants(operation) ? "scale_by_constant" : operation.operation);
  if (kept.inputs)
    for (const int tensor : operation.reads)
      if (!storage(tensor).constant) layer.saved_bytes += keep(tensor);
  if (kept.output && !written.empty()) layer.saved_bytes += keep(written.front());
  layer.saved_bytes += kept.extra_bytes_per_output * elements_written(operation);

  layer.name = unique_name(operation);
  layer.operation = operation.operation;
  if (!operation.writes.empty()) layer.output = operation.writes.front().first;
  scale(layer, static_cast<double>(features_.batch), operation.times);
  features_.layers.push_back(std::move(layer));
  return written;
}

std::vector<int> LiveNetwork::convolution(const LiveOperation& operation, const Convolution& convolution) {
  Layer layer;
  count_convolution(layer, convolution);
  return add_layer(operation, std::move(layer));
}

std::vector<int> LiveNetwork::product(const LiveOperation& operation, const MatrixProduct& product,
                                      bool bias) {
  bool weighted = false;
  for (std::size_t i = 0; i < std::min<std::size_t>(operation.reads.size(), 2); ++i)
    weighted |= storage(operation.reads[i]).constant;
  Layer layer;
  count_product(layer, weighted ? LayerKind::dense : LayerKind::attention, product, bias);
  return add_layer(operation, std::move(layer));
}

std::vector<int> LiveNetwork::fused_attention(const LiveOperation& operation, const MatrixProduct& products) {
  Layer layer;
  count_product(layer, LayerKind::attention, products, false);
  layer.flops += flops_per_element("softmax") * products.groups * products.rows * products.columns;
  return add_layer(operation, std::move(layer));
}

std::vector<int> LiveNetwork::recurrence(const LiveOperation& operation, const Recurrence& recurrence,
                                         double batch) {
  Layer layer;
  count_recurrence(layer, recurrence);
  // Each step works on the whole batch at once: the batch makes the products taller, not more numerous.
  for (auto* figure : {&layer.macs, &layer.flops}) *figure *= batch;
  layer.product->rows = batch;
  return add_layer(operation, std::move(layer));
}

std::vector<int> LiveNetwork::gather(const LiveOperation& operation) {
  Layer layer;
  const bool table = !operation.reads.empty() && !storage(operation.reads.front()).weights.empty();
  layer.kind = table ? LayerKind::embedding : LayerKind::movement;
  return add_layer(operation, std::move(layer));
}

std::vector<int> LiveNetwork::elements(const LiveOperation& operation, LayerKind kind,
                                       std::optional<double> elements, std::optional<double> each) {
  Layer layer;
  layer.kind = kind;
  if (kind != LayerKind::movement)
    count_elements(layer, kind, elements.value_or(elements_written(operation)),
                   each.value_or(flops_per_element(operation.operation)));
  return add_layer(operation, std::move(layer));
}

std::vector<int> LiveNetwork::uncounted(const LiveOperation& operation, const std::string& reason) {
  if (reads_only_constants(operation)) return add_constants(operation);
  auto found = std::ranges::find_if(features_.uncounted, [&](const Uncounted& entry) {
    return entry.operation == operation.operation && entry.reason == reason;
  });
  if (found == features_.uncounted.end())
    found = features_.uncounted.insert(found, {.operation = operation.operation, .reason = reason});
  ++found->nodes;
  found->parameters += take_parameters(operation);
  return add_writes(operation, {.gradient = true});
}

void LiveNetwork::note(std::string text) {
  if (std::ranges::find(features_.notes, text) == features_.notes.end())
    features_.notes.push_back(std::move(text));
}

Result<ArchitectureFeatures> LiveNetwork::finish() && {
  if (features_.layers.empty() && features_.uncounted.empty())
    return fail(ErrorKind::invalid, "model", "computes nothing that depends on its input");
  std::int64_t unused = 0;
  for (const auto& [key, elements] : parameters_)
    if (!counted_.contains(key)) unused += elements;
  if (unused > 0)
    note(fmt::format("{} parameters are not in the figures: the forward pass does not use them", unused));
  return std::move(features_);
}

}  // namespace joulecast::network
