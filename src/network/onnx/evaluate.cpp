// The operators with which exporters compute shapes, on arrays that are known.
#include <algorithm>
#include <cmath>

#include "network/onnx/value.hpp"

namespace joulecast::network::onnx_reader {
namespace {

using Binary = double (*)(double, double);
using Unary = double (*)(double);

bool is_integer(int type) {
  return type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::DOUBLE &&
         type != onnx::TensorProto::FLOAT16 && type != onnx::TensorProto::BFLOAT16;
}

Binary binary_operation(std::string_view type) {
  static const std::map<std::string_view, Binary> operations{
      {"Add", [](double a, double b) { return a + b; }},
      {"Sub", [](double a, double b) { return a - b; }},
      {"Mul", [](double a, double b) { return a * b; }},
      {"Div", [](double a, double b) { return a / b; }},
      {"Mod", [](double a, double b) { return a - b * std::floor(a / b); }},
      {"Pow", [](double a, double b) { return std::pow(a, b); }},
      {"Min", [](double a, double b) { return std::min(a, b); }},
      {"Max", [](double a, double b) { return std::max(a, b); }},
      {"And", [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }},
      {"Or", [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }},
      {"Equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }},
      {"Less", [](double a, double b) { return a < b ? 1.0 : 0.0; }},
      {"LessOrEqual", [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
      {"Greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }},
      {"GreaterOrEqual", [](double a, double b) { return a >= b ? 1.0 : 0.0; }},
  };
  const auto found = operations.find(type);
  return found == operations.end() ? nullptr : found->second;
}

Unary unary_operation(std::string_view type) {
  static const std::map<std::string_view, Unary> operations{
      {"Neg", [](double a) { return -a; }},
      {"Abs", [](double a) { return std::abs(a); }},
      {"Floor", [](double a) { return std::floor(a); }},
      {"Ceil", [](double a) { return std::ceil(a); }},
      {"Round", [](double a) { return std::nearbyint(a); }},
      {"Sqrt", [](double a) { return std::sqrt(a); }},
      {"Not", [](double a) { return a == 0 ? 1.0 : 0.0; }},
      {"Identity", [](double a) { return a; }},
  };
  const auto found = operations.find(type);
  return found == operations.end() ? nullptr : found->second;
}

bool all_known(const Inputs& inputs) {
  return !inputs.empty() &&
         std::ranges::all_of(inputs, [](const Value* v) { return v == nullptr || v->data; }) &&
         inputs.front() != nullptr;
}

std::optional<Array> cast(const Node& node, const Array& a) {
  auto result = a;
  if (is_integer(static_cast<int>(node.integer("to", 0))))
    for (auto& value : result.values) value = std::trunc(value);
  return result;
}

/// Axes as attribute (before opset 13) or second input.
std::optional<std::vector<std::int64_t>> axes_of(const Node& node, const Inputs& inputs) {
  if (node.attribute("axes") != nullptr) return node.integers("axes");
  if (const auto* data = data_of(inputs, 1)) return to_integers(*data);
  return std::nullopt;
}

std::optional<Array> squeeze(const Node& node, const Inputs& inputs) {
  const auto& data = *inputs.front()->data;
  const auto axes = axes_of(node, inputs);
  if (!axes && inputs.size() > 1) return std::nullopt;
  std::set<std::size_t> dropped;
  for (const auto axis : axes.value_or(std::vector<std::int64_t>{})) {
    const auto normal = normal_axis(axis, data.shape.size());
    if (!normal) return std::nullopt;
    dropped.insert(*normal);
  }
  Shape shape;
  for (std::size_t i = 0; i < data.shape.size(); ++i)
    if (axes ? !dropped.contains(i) : data.shape[i] != 1) shape.push_back(data.shape[i]);
  return reshape(data, std::move(shape));
}

std::optional<Array> unsqueeze(const Node& node, const Inputs& inputs) {
  const auto& data = *inputs.front()->data;
  const auto axes = axes_of(node, inputs);
  if (!axes) return std::nullopt;
  std::set<std::size_t> added;
  for (const auto axis : *axes) {
    const auto normal = normal_axis(axis, data.shape.size() + axes->size());
    if (!normal || !added.insert(*normal).second) return std::nullopt;
  }
  Shape shape;
  for (std::size_t i = 0, from = 0; i < data.shape.size() + added.size(); ++i)
    shape.push_back(added.contains(i) ? 1 : data.shape[from++]);
  return reshape(data, std::move(shape));
}

std::optional<Array> reshape_known(const Inputs& inputs) {
  const auto& data = *inputs.front()->data;
  if (data_of(inputs, 1) == nullptr) return std::nullopt;
  auto shape = to_integers(*data_of(inputs, 1));
  std::int64_t known = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && i < data.shape.size()) shape[i] = data.shape[i];
    if (shape[i] > largest_array || shape[i] < -1) return std::nullopt;
    if (shape[i] > 0) known = std::min<std::int64_t>(known * shape[i], std::int64_t{1} << 40);
  }
  for (auto& side : shape)
    if (side == -1) side = static_cast<std::int64_t>(data.values.size()) / known;
  return reshape(data, shape);
}

std::optional<Array> slice_known(const Node& node, const Inputs& inputs) {
  const auto slicing = read_slicing(node, inputs);
  return slicing ? slice(*inputs.front()->data, *slicing) : std::nullopt;
}

std::optional<Array> range(const Inputs& inputs) {
  if (inputs.size() != 3) return std::nullopt;
  std::vector<double> bounds;
  for (const auto* value : inputs) {
    if (value == nullptr || value->data->values.size() != 1) return std::nullopt;
    bounds.push_back(value->data->values.front());
  }
  const double count = std::ceil((bounds[1] - bounds[0]) / bounds[2]);
  if (!(count >= 0 && count <= static_cast<double>(largest_array))) return std::nullopt;
  Array result{{static_cast<std::int64_t>(count)}, {}};
  for (int i = 0; i < static_cast<int>(count); ++i) result.values.push_back(bounds[0] + i * bounds[2]);
  return result;
}

std::optional<Array> constant_of_shape(const Node& node, const Inputs& inputs) {
  const auto shape = to_integers(*inputs.front()->data);
  const auto count = element_count(shape);
  if (!count || *count > largest_array) return std::nullopt;
  double filling = 0;
  if (const auto* attribute = node.attribute("value")) {
    const auto value = read_tensor(attribute->t());
    if (!value.data || value.data->values.size() != 1) return std::nullopt;
    filling = value.data->values.front();
  }
  return Array{shape, std::vector<double>(static_cast<std::size_t>(*count), filling)};
}

std::optional<Array> nonzero(const Array& a) {
  std::vector<std::vector<double>> positions(a.shape.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    if (a.values[i] == 0) continue;
    auto rest = static_cast<std::int64_t>(i);
    for (auto axis = a.shape.size(); axis-- > 0; rest /= a.shape[axis])
      positions[axis].push_back(static_cast<double>(rest % a.shape[axis]));
  }
  Array result{{static_cast<std::int64_t>(positions.size()), 0}, {}};
  if (!positions.empty()) result.shape[1] = static_cast<std::int64_t>(positions.front().size());
  for (const auto& row : positions) result.values.insert(result.values.end(), row.begin(), row.end());
  return result;
}

std::optional<Array> reduce(const Node& node, const Inputs& inputs, Binary operation) {
  const auto& data = *inputs.front()->data;
  if (data.shape.size() > 1) return std::nullopt;
  auto result = reduce_all(data, operation);
  if (result && node.integer("keepdims", 1) != 0 && !data.shape.empty()) result->shape = {1};
  return result;
}

std::optional<Array> join(const Node& node, const Inputs& inputs) {
  std::vector<const Array*> parts;
  for (const auto* value : inputs) {
    if (value == nullptr) return std::nullopt;
    parts.push_back(&*value->data);
  }
  return concatenate(parts, node.integer("axis", 0));
}

std::optional<Array> where(const Inputs& inputs) {
  if (inputs.size() != 3 || data_of(inputs, 1) == nullptr || data_of(inputs, 2) == nullptr)
    return std::nullopt;
  // Three operands broadcast to one shape, two at a time.
  const auto& condition = *inputs[0]->data;
  const auto taken =
      broadcast(condition, *inputs[1]->data, [](double c, double x) { return c != 0 ? x : 0; });
  const auto refused =
      broadcast(condition, *inputs[2]->data, [](double c, double y) { return c != 0 ? 0 : y; });
  if (!taken || !refused) return std::nullopt;
  return broadcast(*taken, *refused, [](double x, double y) { return x + y; });
}

std::optional<Array> shape_as_data(const Node& node, const Inputs& inputs) {
  const auto* shape = shape_of(inputs, 0);
  if (shape == nullptr) return std::nullopt;
  if (node.type() == "Size") {
    const auto count = element_count(*shape);
    return count ? std::optional(Array{{}, {static_cast<double>(*count)}}) : std::nullopt;
  }
  const auto rank = static_cast<std::int64_t>(shape->size());
  const auto bound = [&](const char* name, std::int64_t fallback) {
    const auto at = node.integer(name, fallback);
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const auto start = bound("start", 0);
  const auto end = std::max(start, bound("end", rank));
  return from_integers({shape->begin() + start, shape->begin() + end});
}

std::optional<Array> constant(const Node& node) {
  if (const auto* tensor = node.attribute("value")) return read_tensor(tensor->t()).data;
  if (node.attribute("value_ints") != nullptr) return from_integers(node.integers("value_ints"));
  if (node.attribute("value_int") != nullptr)
    return Array{{}, {static_cast<double>(node.integer("value_int", 0))}};
  if (const auto* real = node.attribute("value_float")) return Array{{}, {real->f()}};
  if (const auto* reals = node.attribute("value_floats"))
    return Array{{reals->floats_size()}, {reals->floats().begin(), reals->floats().end()}};
  return std::nullopt;
}

std::optional<Array> arithmetic(const Node& node, const Inputs& inputs) {
  const auto& type = node.type();
  const auto& first = *inputs.front()->data;
  if (const auto operation = unary_operation(type)) {
    auto result = first;
    std::ranges::transform(result.values, result.values.begin(), operation);
    return result;
  }
  const auto operation = binary_operation(type);
  if (operation == nullptr || data_of(inputs, 1) == nullptr || inputs.size() != 2) return std::nullopt;
  auto result = broadcast(first, *inputs[1]->data, operation);
  if (result && type == "Div" && is_integer(inputs.front()->type))
    for (auto& value : result->values) value = std::trunc(value);
  if (result && std::ranges::any_of(result->values, [](double v) { return !std::isfinite(v); }))
    return std::nullopt;
  return result;
}

}  // namespace

std::optional<Array> evaluate(const Node& node, const Inputs& inputs) {
  if (!node.standard()) return std::nullopt;
  const auto& type = node.type();
  if (type == "Constant") return constant(node);
  if (type == "Shape" || type == "Size") return shape_as_data(node, inputs);
  if (!all_known(inputs)) return std::nullopt;
  const auto& first = *inputs.front()->data;
  if (type == "Cast") return cast(node, first);
  if (type == "Squeeze") return squeeze(node, inputs);
  if (type == "Unsqueeze") return unsqueeze(node, inputs);
  if (type == "Reshape") return reshape_known(inputs);
  if (type == "Concat") return join(node, inputs);
  if (type == "Gather")
    return inputs.size() == 2 && inputs[1] != nullptr
               ? gather(first, *inputs[1]->data, node.integer("axis", 0))
               : std::nullopt;
  if (type == "Slice") return slice_known(node, inputs);
  if (type == "Transpose") {
    auto order = node.integers("perm");
    if (order.empty())
      for (auto i = static_cast<std::int64_t>(first.shape.size()); i-- > 0;) order.push_back(i);
    return transpose(first, order);
  }
  if (type == "Expand")
    return data_of(inputs, 1) != nullptr ? broadcast_to(first, to_integers(*inputs[1]->data)) : std::nullopt;
  if (type == "Where") return where(inputs);
  if (type == "Range") return range(inputs);
  if (type == "ConstantOfShape") return constant_of_shape(node, inputs);
  if (type == "NonZero") return nonzero(first);
  if (type == "ReduceProd") return reduce(node, inputs, [](double a, double b) { return a * b; });
  if (type == "ReduceSum") return reduce(node, inputs, [](double a, double b) { return a + b; });
  if (type == "ReduceMax") return reduce(node, inputs, [](double a, double b) { return std::max(a, b); });
  if (type == "ReduceMin") return reduce(node, inputs, [](double a, double b) { return std::min(a, b); });
  return arithmetic(node, inputs);
}

std::optional<Slicing> read_slicing(const Node& node, const Inputs& inputs) {
  // Attributes before opset 10, inputs since.
  if (node.attribute("starts") != nullptr)
    return Slicing{node.integers("starts"), node.integers("ends"), node.integers("axes"), {}};
  if (data_of(inputs, 1) == nullptr || data_of(inputs, 2) == nullptr) return std::nullopt;
  Slicing slicing{to_integers(*inputs[1]->data), to_integers(*inputs[2]->data), {}, {}};
  for (auto [index, target] :
       {std::pair{std::size_t{3}, &slicing.axes}, std::pair{std::size_t{4}, &slicing.steps}}) {
    if (input(inputs, index) == nullptr) continue;
    if (data_of(inputs, index) == nullptr) return std::nullopt;
    *target = to_integers(*inputs[index]->data);
  }
  return slicing;
}

}  // namespace joulecast::network::onnx_reader
