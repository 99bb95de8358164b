#include <fmt/ranges.h>

#include <algorithm>

#include "network/onnx/reader.hpp"

namespace joulecast::network::onnx_reader {
namespace {

constexpr std::int64_t largest_side = 1 << 28;

/// A dimension of a declared input: fixed, or a name (that may be empty).
struct Side {
  std::int64_t size = 0;
  std::string name;
  [[nodiscard]] bool fixed() const { return size > 0; }
};

std::optional<std::vector<Side>> sides_of(const onnx::TypeProto& type) {
  if (!type.has_tensor_type() || !type.tensor_type().has_shape()) return std::nullopt;
  std::vector<Side> sides;
  for (const auto& dim : type.tensor_type().shape().dim())
    sides.push_back(dim.has_dim_value() && dim.dim_value() > 0 ? Side{dim.dim_value(), {}}
                                                               : Side{0, dim.dim_param()});
  return sides;
}

class Binder {
 public:
  Binder(std::string where, const OnnxOptions& options) : where_(std::move(where)), options_(options) {
    bound_.dimensions = options.dimensions;
  }

  Result<BoundInputs> bind(const std::vector<const onnx::ValueInfoProto*>& declared) {
    // Shapes that the user gives fix symbolic dimensions, which other inputs may share.
    for (const auto* info : declared)
      if (auto learned = learn(*info, info == declared.front()); !learned) return propagate(learned.error());
    for (const auto* info : declared) {
      if (!info->type().has_tensor_type()) {  // a sequence or an optional: the operators that read it are
                                              // reported as not counted
        bound_.inputs.push_back({info->name(), {}});
        bound_.types.push_back(0);
        continue;
      }
      auto shape = resolve(*info, info == declared.front());
      if (!shape) return propagate(shape.error());
      bound_.inputs.push_back({info->name(), std::move(*shape)});
      bound_.types.push_back(info->type().tensor_type().elem_type());
    }
    for (const auto& input : bound_.inputs)
      if (input.shape.size() >= 2) {
        bound_.batch = input.shape.front();
        break;
      }
    return std::move(bound_);
  }

 private:
  /// The user's shape for an input, batch included, if there is one.
  [[nodiscard]] std::optional<Shape> given(const onnx::ValueInfoProto& info, bool first,
                                           std::optional<std::size_t> rank) const {
    if (const auto named = options_.input_shapes.find(info.name()); named != options_.input_shapes.end())
      return named->second;
    if (!first || !options_.input) return std::nullopt;
    auto shape = *options_.input;
    if (!rank || shape.size() + 1 == *rank) shape.insert(shape.begin(), 1);
    return shape;
  }

  Status learn(const onnx::ValueInfoProto& info, bool first) {
    const auto sides = sides_of(info.type());
    const auto shape = given(info, first, sides ? std::optional(sides->size()) : std::nullopt);
    if (!shape || !sides) return {};
    if (shape->size() != sides->size())
      return fail(ErrorKind::invalid, where_, "input '{}' has {} dimensions with the batch, and {} are given",
                  info.name(), sides->size(), to_text(*shape));
    for (std::size_t i = 0; i < sides->size(); ++i) {
      const auto& side = (*sides)[i];
      // Fixed sides may be overridden: a network for 224 pixels often takes 128. A number of channels that
      // does not fit is found later.
      if (!side.fixed() && !side.name.empty() && i > 0) bound_.dimensions.emplace(side.name, (*shape)[i]);
    }
    return {};
  }

  Result<Shape> resolve(const onnx::ValueInfoProto& info, bool first) {
    const auto sides = sides_of(info.type());
    const auto user = given(info, first, sides ? std::optional(sides->size()) : std::nullopt);
    if (!sides) {
      if (user) return *user;
      return fail(ErrorKind::invalid, where_, "input '{}' has no shape: give it as --input", info.name());
    }
    Shape shape;
    for (std::size_t i = 0; i < sides->size(); ++i) {
      const auto size = side_of((*sides)[i], i, user);
      if (!size)
        return fail(ErrorKind::invalid, where_, "input '{}' has a side {} of open size{}: give it as {}",
                    info.name(), i, (*sides)[i].name.empty() ? "" : fmt::format(" ('{}')", (*sides)[i].name),
                    (*sides)[i].name.empty() ? "--input" : fmt::format("--dimension {}=N", (*sides)[i].name));
      if (*size < 1 || *size > largest_side)
        return fail(ErrorKind::invalid, where_, "input '{}' cannot have a side of {}", info.name(), *size);
      shape.push_back(*size);
    }
    if (!element_count(shape))
      return fail(ErrorKind::invalid, where_, "input '{}' of {} is impossible", info.name(), to_text(shape));
    return shape;
  }

  std::optional<std::int64_t> side_of(const Side& side, std::size_t index, const std::optional<Shape>& user) {
    if (user) return side.fixed() && index == 0 ? side.size : (*user)[index];
    if (side.fixed()) return side.size;
    if (const auto known = bound_.dimensions.find(side.name);
        !side.name.empty() && known != bound_.dimensions.end())
      return known->second;
    if (index > 0) return std::nullopt;
    if (!side.name.empty()) bound_.dimensions.emplace(side.name, 1);
    return 1;  // the batch: figures are for one sample
  }

  std::string where_;
  const OnnxOptions& options_;
  BoundInputs bound_;
};

}  // namespace

std::optional<Shape> bind_shape(const onnx::TypeProto& type,
                                const std::map<std::string, std::int64_t>& dimensions) {
  const auto sides = sides_of(type);
  if (!sides) return std::nullopt;
  Shape shape;
  for (const auto& side : *sides) {
    const auto named = dimensions.find(side.name);
    if (!side.fixed() && (side.name.empty() || named == dimensions.end())) return std::nullopt;
    shape.push_back(side.fixed() ? side.size : named->second);
  }
  return element_count(shape) ? std::optional(shape) : std::nullopt;
}

Result<BoundInputs> bind_inputs(const onnx::GraphProto& graph, const std::string& where,
                                const OnnxOptions& options) {
  // Before IR 4 every initializer was listed as an input too.
  std::set<std::string> initializers;
  for (const auto& tensor : graph.initializer()) initializers.insert(tensor.name());
  for (const auto& tensor : graph.sparse_initializer()) initializers.insert(tensor.values().name());
  std::vector<const onnx::ValueInfoProto*> declared;
  for (const auto& info : graph.input())
    if (!initializers.contains(info.name())) declared.push_back(&info);
  for (const auto& given : options.input_shapes)
    if (std::ranges::none_of(declared, [&](const auto* info) { return info->name() == given.first; }))
      return fail(ErrorKind::invalid, where, "has no input '{}'", given.first);
  return Binder(where, options).bind(declared);
}

}  // namespace joulecast::network::onnx_reader
