#include "network/onnx/file.hpp"

#include <cstdint>
#include <optional>

#include "network/onnx/array.hpp"

namespace joulecast::network::onnx_reader {
namespace {

// Numbers of the fields in onnx.proto.
constexpr std::uint64_t model_graph = 7;
constexpr std::uint64_t graph_initializer = 5;
// float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data
constexpr bool is_tensor_data(std::uint64_t field) {
  return (field >= 4 && field <= 7) || (field >= 9 && field <= 11);
}
/// Numbers that evaluation may need are kept: up to largest_array of 8 bytes each.
constexpr std::size_t largest_kept = static_cast<std::size_t>(largest_array) * 8;

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80U) return value;
  }
  return std::nullopt;
}

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) out += static_cast<char>(value | 0x80U);
  out += static_cast<char>(value);
}

std::optional<std::string_view> take(std::string_view& bytes, std::uint64_t count) {
  if (count > bytes.size()) return std::nullopt;
  const auto taken = bytes.substr(0, count);
  bytes.remove_prefix(count);
  return taken;
}

/// Copies a message field by field. `change` may replace a length-delimited field.
template <class Change>
bool copy_message(std::string_view bytes, std::string& out, const Change& change) {
  while (!bytes.empty()) {
    const auto begin = bytes;
    const auto tag = take_varint(bytes);
    if (!tag) return false;
    const auto wire_type = *tag & 7U;
    if (wire_type == 2) {
      const auto length = take_varint(bytes);
      const auto payload = length ? take(bytes, *length) : std::nullopt;
      if (!payload) return false;
      if (change(*tag, *payload, out)) continue;
    } else {
      // 3 and 4 are groups, which ONNX does not use.
      const bool taken = wire_type == 0   ? take_varint(bytes).has_value()
                         : wire_type == 1 ? take(bytes, 8).has_value()
                         : wire_type == 5 ? take(bytes, 4).has_value()
                                          : false;
      if (!taken) return false;
    }
    out.append(begin.substr(0, begin.size() - bytes.size()));
  }
  return true;
}

void put_field(std::string& out, std::uint64_t tag, std::string_view payload) {
  put_varint(out, tag);
  put_varint(out, payload.size());
  out.append(payload);
}

bool drop_data(std::string_view tensor, std::string& out) {
  return copy_message(tensor, out, [](std::uint64_t tag, std::string_view payload, std::string&) {
    return is_tensor_data(tag >> 3U) && payload.size() > largest_kept;
  });
}

}  // namespace

std::string without_weights(std::string_view model) {
  std::string result;
  bool sound = true;
  const bool copied =
      copy_message(model, result, [&](std::uint64_t tag, std::string_view graph, std::string& out) {
        if (tag >> 3U != model_graph) return false;
        std::string smaller;
        sound &= copy_message(graph, smaller,
                              [&](std::uint64_t inner, std::string_view tensor, std::string& rest) {
                                if (inner >> 3U != graph_initializer || tensor.size() <= largest_kept)
                                  return false;
                                std::string kept;
                                sound &= drop_data(tensor, kept);
                                put_field(rest, inner, kept);
                                return true;
                              });
        put_field(out, tag, smaller);
        return true;
      });
  return copied && sound ? result : std::string{};
}

}  // namespace joulecast::network::onnx_reader
