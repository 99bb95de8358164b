#include "network/onnx/array.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace joulecast::network::onnx_reader {
namespace {

bool fits(const Shape& shape) {
  const auto count = element_count(shape);
  return count && *count <= largest_array;
}

/// Row-major strides.
std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (auto i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

/// The result whose element at `index` is source(index).
Array generate(const Shape& shape, const std::function<double(const Shape& index)>& source) {
  Array result{shape, {}};
  const auto count = element_count(shape).value_or(0);
  Shape index(shape.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) {
    result.values.push_back(source(index));
    for (auto axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return result;
}

double at(const Array& a, const std::vector<std::int64_t>& strides, const Shape& index) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) offset += strides[i] * index[i];
  return a.values[static_cast<std::size_t>(offset)];
}

/// The element of `a` that broadcasting puts at `index` of a larger shape.
double broadcast_at(const Array& a, const std::vector<std::int64_t>& strides, const Shape& index) {
  const auto skipped = index.size() - a.shape.size();
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < a.shape.size(); ++i)
    offset += a.shape[i] == 1 ? 0 : strides[i] * index[i + skipped];
  return a.values[static_cast<std::size_t>(offset)];
}

struct Range {
  std::int64_t start = 0, step = 1, count = 0;
};

/// ONNX Slice: negative positions count from the end, positions beyond it are clamped.
std::optional<std::vector<Range>> ranges_of(const Shape& shape, const Slicing& s) {
  std::vector<Range> ranges;
  for (const auto size : shape) ranges.push_back({0, 1, size});
  if (s.starts.size() != s.ends.size() || (!s.axes.empty() && s.axes.size() != s.starts.size()) ||
      (!s.steps.empty() && s.steps.size() != s.starts.size()))
    return std::nullopt;
  for (std::size_t i = 0; i < s.starts.size(); ++i) {
    const auto axis = normal_axis(s.axes.empty() ? static_cast<std::int64_t>(i) : s.axes[i], shape.size());
    const auto step = s.steps.empty() ? 1 : s.steps[i];
    if (!axis || step == 0) return std::nullopt;
    const auto size = shape[*axis];
    const auto from_end = [&](std::int64_t position) { return position < 0 ? position + size : position; };
    const auto lowest = step > 0 ? 0 : -1;
    const auto highest = step > 0 ? size : size - 1;
    const auto start = std::clamp<std::int64_t>(from_end(s.starts[i]), std::max(lowest, 0),
                                                std::max<std::int64_t>(highest, 0));
    const auto end =
        std::clamp<std::int64_t>(from_end(s.ends[i]), lowest, std::max<std::int64_t>(highest, lowest));
    const auto span = step > 0 ? end - start : start - end;
    const auto stride = step > 0 ? step : -step;
    ranges[*axis] = {start, step, span <= 0 || size == 0 ? 0 : (span + stride - 1) / stride};
  }
  return ranges;
}

}  // namespace

std::int64_t to_integer(double value) {
  constexpr double limit = 9007199254740992.0;  // 2^53
  return std::isnan(value) ? 0 : static_cast<std::int64_t>(std::clamp(value, -limit, limit));
}
std::vector<std::int64_t> to_integers(const Array& array) {
  std::vector<std::int64_t> result;
  for (const auto value : array.values) result.push_back(to_integer(value));
  return result;
}
Array from_integers(const std::vector<std::int64_t>& values) {
  Array result{{static_cast<std::int64_t>(values.size())}, {}};
  for (const auto value : values) result.values.push_back(static_cast<double>(value));
  return result;
}

std::optional<std::size_t> normal_axis(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto from_end = [i](const Shape& s) { return i < s.size() ? s[s.size() - 1 - i] : 1; };
    const auto x = from_end(a);
    const auto y = from_end(b);
    if (x != y && x != 1 && y != 1) return std::nullopt;
    result[result.size() - 1 - i] = x == 1 ? y : x;
  }
  return result;
}

std::optional<Array> broadcast(const Array& a, const Array& b,
                               const std::function<double(double, double)>& operation) {
  const auto shape = broadcast_shape(a.shape, b.shape);
  if (!shape || !fits(*shape)) return std::nullopt;
  const auto sa = strides_of(a.shape);
  const auto sb = strides_of(b.shape);
  return generate(*shape,
                  [&](const Shape& i) { return operation(broadcast_at(a, sa, i), broadcast_at(b, sb, i)); });
}

std::optional<Array> broadcast_to(const Array& a, const Shape& shape) {
  const auto joined = broadcast_shape(a.shape, shape);
  if (!joined || !fits(*joined)) return std::nullopt;
  const auto strides = strides_of(a.shape);
  return generate(*joined, [&](const Shape& i) { return broadcast_at(a, strides, i); });
}

std::optional<Array> reshape(const Array& a, Shape shape) {
  if (element_count(shape) != static_cast<std::int64_t>(a.values.size())) return std::nullopt;
  return Array{std::move(shape), a.values};
}

std::optional<Array> transpose(const Array& a, const std::vector<std::int64_t>& order) {
  auto sorted = order;
  std::ranges::sort(sorted);
  if (order.size() != a.shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] != static_cast<std::int64_t>(i)) return std::nullopt;
  const auto strides = strides_of(a.shape);
  Shape shape;
  std::vector<std::int64_t> moved;
  for (const auto axis : order) {
    shape.push_back(a.shape[static_cast<std::size_t>(axis)]);
    moved.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  return generate(shape, [&](const Shape& i) { return at(a, moved, i); });
}

std::optional<Array> concatenate(const std::vector<const Array*>& parts, std::int64_t axis) {
  if (parts.empty()) return std::nullopt;
  auto shape = parts.front()->shape;
  const auto along = normal_axis(axis, shape.size());
  if (!along) return std::nullopt;
  shape[*along] = 0;
  for (const auto* part : parts) {
    auto other = part->shape;
    if (other.size() != shape.size()) return std::nullopt;
    const auto length = std::exchange(other[*along], shape[*along]);
    if (other != shape) return std::nullopt;
    shape[*along] += length;
  }
  if (!fits(shape)) return std::nullopt;
  return generate(shape, [&](Shape index) {
    for (const auto* part : parts) {
      if (index[*along] < part->shape[*along]) return at(*part, strides_of(part->shape), index);
      index[*along] -= part->shape[*along];
    }
    return 0.0;
  });
}

std::optional<Array> gather(const Array& data, const Array& indices, std::int64_t axis) {
  const auto along = normal_axis(axis, data.shape.size());
  if (!along) return std::nullopt;
  const auto size = data.shape[*along];
  for (const auto index : indices.values)
    if (to_integer(index) < -size || to_integer(index) >= size) return std::nullopt;
  const auto split = static_cast<std::ptrdiff_t>(*along);
  Shape shape(data.shape.begin(), data.shape.begin() + split);
  shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
  shape.insert(shape.end(), data.shape.begin() + split + 1, data.shape.end());
  if (!fits(shape)) return std::nullopt;
  const auto strides = strides_of(data.shape);
  const auto index_strides = strides_of(indices.shape);
  const auto inner = split + static_cast<std::ptrdiff_t>(indices.shape.size());
  return generate(shape, [&](const Shape& index) {
    const auto chosen =
        to_integer(at(indices, index_strides, {index.begin() + split, index.begin() + inner}));
    Shape source(index.begin(), index.begin() + split);
    source.push_back(chosen < 0 ? chosen + size : chosen);
    source.insert(source.end(), index.begin() + inner, index.end());
    return at(data, strides, source);
  });
}

std::optional<Shape> slice_shape(const Shape& data, const Slicing& slicing) {
  const auto ranges = ranges_of(data, slicing);
  if (!ranges) return std::nullopt;
  Shape shape;
  for (const auto& range : *ranges) shape.push_back(range.count);
  return shape;
}

std::optional<Array> slice(const Array& data, const Slicing& slicing) {
  const auto ranges = ranges_of(data.shape, slicing);
  if (!ranges) return std::nullopt;
  const auto strides = strides_of(data.shape);
  return generate(*slice_shape(data.shape, slicing), [&](Shape index) {
    for (std::size_t i = 0; i < index.size(); ++i)
      index[i] = (*ranges)[i].start + index[i] * (*ranges)[i].step;
    return at(data, strides, index);
  });
}

std::optional<Array> reduce_all(const Array& a, const std::function<double(double, double)>& operation) {
  if (a.values.empty()) return std::nullopt;
  return Array{{}, {std::accumulate(a.values.begin() + 1, a.values.end(), a.values.front(), operation)}};
}

}  // namespace joulecast::network::onnx_reader
