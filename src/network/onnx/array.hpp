// Small arrays of numbers that a graph computes from shapes. They are evaluated, because operators such as
// Reshape take their sizes from them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "network/network.hpp"

namespace joulecast::network::onnx_reader {

/// Row-major. Integers up to 2^53 are exact, which sizes are.
struct Array {
  Shape shape;
  std::vector<double> values;
};

/// Larger results are not computed: arrays that decide a shape are shorter.
constexpr std::int64_t largest_array = 1 << 14;

/// `value` as an integer within +-2^53: exporters write INT64_MAX for "to the end".
[[nodiscard]] std::int64_t to_integer(double value);
[[nodiscard]] std::vector<std::int64_t> to_integers(const Array& array);
[[nodiscard]] Array from_integers(const std::vector<std::int64_t>& values);

// Each function returns nothing if its arguments do not fit or the result would be too large.

/// The shape of an elementwise operation of two: NumPy's rule.
[[nodiscard]] std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);
[[nodiscard]] std::optional<Array> broadcast(const Array& a, const Array& b,
                                             const std::function<double(double, double)>& operation);
[[nodiscard]] std::optional<Array> broadcast_to(const Array& a, const Shape& shape);
[[nodiscard]] std::optional<Array> reshape(const Array& a, Shape shape);
[[nodiscard]] std::optional<Array> transpose(const Array& a, const std::vector<std::int64_t>& order);
[[nodiscard]] std::optional<Array> concatenate(const std::vector<const Array*>& parts, std::int64_t axis);
[[nodiscard]] std::optional<Array> gather(const Array& data, const Array& indices, std::int64_t axis);
/// One of start, end, step for each axis named.
struct Slicing {
  std::vector<std::int64_t> starts, ends, axes, steps;
};
[[nodiscard]] std::optional<Array> slice(const Array& data, const Slicing& slicing);
/// Only the slice's shape, for data that is unknown.
[[nodiscard]] std::optional<Shape> slice_shape(const Shape& data, const Slicing& slicing);
/// Reduced over all elements to one value.
[[nodiscard]] std::optional<Array> reduce_all(const Array& a,
                                              const std::function<double(double, double)>& operation);

/// `axis` of -rank..rank-1 as 0..rank-1.
[[nodiscard]] std::optional<std::size_t> normal_axis(std::int64_t axis, std::size_t rank);

}  // namespace joulecast::network::onnx_reader
