#include "network/onnx/attention.hpp"

namespace joulecast::network::onnx_reader {
namespace {

/// Products of two sizes stay within 64 bits.
constexpr std::int64_t largest = 1 << 30;

/// `parts` heads of `width` together, and what is left over is an error.
std::optional<std::int64_t> divided(std::int64_t width, std::int64_t parts) {
  return parts > 0 && parts <= largest && width > 0 && width % parts == 0 ? std::optional(width / parts)
                                                                          : std::nullopt;
}

/// Tokens of a cache [batch, heads, tokens, width] that come before the new ones; 0 without one.
std::int64_t cached(const Inputs& inputs, std::size_t slot) {
  const auto* shape = shape_of(inputs, slot);
  return shape != nullptr && shape->size() == 4 ? (*shape)[2] : 0;
}

/// Queries, keys and values as [batch, heads, tokens, width] or [batch, tokens, heads x width].
struct Operand {
  std::int64_t batch = 0, heads = 0, tokens = 0, width = 0;
};
std::optional<Operand> operand(const Shape* shape, std::int64_t heads) {
  if (shape == nullptr) return std::nullopt;
  if (shape->size() == 4) return Operand{(*shape)[0], (*shape)[1], (*shape)[2], (*shape)[3]};
  if (shape->size() != 3) return std::nullopt;
  const auto width = divided((*shape)[2], heads);
  if (!width) return std::nullopt;
  return Operand{(*shape)[0], heads, (*shape)[1], *width};
}

std::optional<AttentionSizes> sizes(const Operand& q, const Operand& k, const Operand& v,
                                    std::int64_t earlier) {
  for (const auto size : {q.heads, q.tokens, q.width, k.heads, k.tokens, v.width, earlier})
    if (size < 0 || size > largest) return std::nullopt;
  if (k.heads < 1 || q.heads % k.heads != 0 || k.width != q.width) return std::nullopt;
  AttentionSizes result;
  result.batch = static_cast<double>(q.batch);
  result.heads = static_cast<double>(q.heads);
  result.queries = static_cast<double>(q.tokens);
  result.keys = static_cast<double>(k.tokens + earlier);
  result.key_width = static_cast<double>(q.width);
  result.value_width = static_cast<double>(v.width);
  result.output = {q.batch, q.tokens, q.heads * v.width};
  return result;
}

/// Attention of ONNX, operator set 23.
std::optional<AttentionSizes> standard_attention(const Node& node, const Inputs& inputs) {
  const auto heads = node.integer("q_num_heads", 0);
  const auto key_heads = node.integer("kv_num_heads", heads);
  const auto q = operand(shape_of(inputs, 0), heads);
  const auto k = operand(shape_of(inputs, 1), key_heads);
  const auto v = operand(shape_of(inputs, 2), key_heads);
  if (!q || !k || !v) return std::nullopt;
  auto result = sizes(*q, *k, *v, cached(inputs, 4));
  if (result && shape_of(inputs, 0)->size() == 4) result->output = {q->batch, q->heads, q->tokens, v->width};
  return result;
}

/// com.microsoft.Attention: projects [batch, tokens, width] with weights [width, queries + keys + values].
std::optional<AttentionSizes> projecting_attention(const Node& node, const Inputs& inputs) {
  const auto* tokens = shape_of(inputs, 0);
  const auto* weights = shape_of(inputs, 1);
  if (tokens == nullptr || weights == nullptr || tokens->size() != 3 || weights->size() != 2)
    return std::nullopt;
  auto widths = node.integers("qkv_hidden_sizes");
  if (widths.empty())
    if (const auto third = divided((*weights)[1], 3)) widths = {*third, *third, *third};
  const auto heads = node.integer("num_heads", 0);
  if (widths.size() != 3) return std::nullopt;
  const auto part = [&](std::size_t i) {
    const Shape shape{(*tokens)[0], (*tokens)[1], widths[i]};
    return operand(&shape, heads);
  };
  const auto q = part(0), k = part(1), v = part(2);
  if (!q || !k || !v) return std::nullopt;
  const auto* past = shape_of(inputs, 4);  // [2, batch, heads, tokens, width]
  auto result = sizes(*q, *k, *v, past != nullptr && past->size() == 5 ? (*past)[3] : 0);
  if (!result) return std::nullopt;
  result->projected_from = static_cast<double>((*tokens)[2]);
  result->projected_to = static_cast<double>((*weights)[1]);
  return result;
}

/// Queries, keys and values in one tensor [batch, tokens, (heads + 2 key_heads) x width].
std::optional<AttentionSizes> packed_attention(const Shape& packed, std::int64_t heads,
                                               std::int64_t key_heads, std::int64_t earlier) {
  if (packed.size() != 3 || heads < 1 || key_heads < 1 || heads > largest || key_heads > largest)
    return std::nullopt;
  const auto width = divided(packed[2], heads + 2 * key_heads);
  if (!width) return std::nullopt;
  const Operand q{packed[0], heads, packed[1], *width}, k{packed[0], key_heads, packed[1], *width};
  return sizes(q, k, k, earlier);
}

/// MultiHeadAttention and GroupQueryAttention of ONNX Runtime.
std::optional<AttentionSizes> projected_attention(const Node& node, const Inputs& inputs, std::size_t past) {
  const auto heads = node.integer("num_heads", 0);
  const auto key_heads = node.integer("kv_num_heads", heads);
  const auto* queries = shape_of(inputs, 0);
  if (queries == nullptr) return std::nullopt;
  if (input(inputs, 1) == nullptr) {
    if (queries->size() == 5) {  // [batch, tokens, heads, 3, width]
      const Operand each{(*queries)[0], (*queries)[2], (*queries)[1], (*queries)[4]};
      return sizes(each, each, each, cached(inputs, past));
    }
    return packed_attention(*queries, heads, key_heads, cached(inputs, past));
  }
  const auto q = operand(queries, heads);
  const auto k = operand(shape_of(inputs, 1), key_heads);
  const auto v = operand(shape_of(inputs, 2), key_heads);
  return q && k && v ? sizes(*q, *k, *v, cached(inputs, past)) : std::nullopt;
}

}  // namespace

bool is_attention(const Node& node) {
  return node.is_one_of({"Attention", "MultiHeadAttention", "GroupQueryAttention"});
}

std::optional<AttentionSizes> read_attention(const Node& node, const Inputs& inputs) {
  std::optional<AttentionSizes> result;
  if (node.type() == "MultiHeadAttention")
    result = projected_attention(node, inputs, 6);
  else if (node.type() == "GroupQueryAttention")
    result = projected_attention(node, inputs, 3);
  else
    result = node.standard() ? standard_attention(node, inputs) : projecting_attention(node, inputs);
  return result && element_count(result->output) ? result : std::nullopt;
}

}  // namespace joulecast::network::onnx_reader
