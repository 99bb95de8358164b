// What works on sequences of tokens: embeddings, recurrent layers, attention.
#include <fmt/format.h>

#include "network/builder.hpp"
#include "network/cost.hpp"

namespace joulecast::network {

Result<Tensor> Builder::embed(const Tensor& tokens, std::int64_t rows, std::int64_t width) {
  auto layer = start("embedding");
  layer.kind = LayerKind::embedding;
  layer.parameters = rows * width;
  auto output = tokens.shape;
  output.push_back(width);
  return append(std::move(layer), {&tokens}, std::move(output), true);
}

Result<Tensor> Builder::recurrent(const Tensor& x, const Cells& cells) {
  if (x.shape.size() != 2) return misfit(cells.name, x, "needs steps x features");
  const std::int64_t directions = cells.bidirectional ? 2 : 1;
  const auto inputs = x.shape[1];
  auto layer = start(cells.name);
  count_recurrence(layer, {.inputs = static_cast<double>(inputs),
                           .hidden = static_cast<double>(cells.hidden),
                           .gates = static_cast<double>(cells.gates),
                           .steps = static_cast<double>(x.shape[0]),
                           .directions = static_cast<double>(directions)});
  // Two bias vectors, as cuDNN and PyTorch have them.
  layer.parameters = directions * cells.gates * cells.hidden * (inputs + cells.hidden + 2);
  return append(std::move(layer), {&x}, {x.shape[0], directions * cells.hidden}, true);
}

Result<Tensor> Builder::scores(const Tensor& query, const Tensor& key, std::int64_t heads) {
  if (query.shape.size() != 2 || key.shape.size() != 2 || query.shape.back() != key.shape.back() ||
      heads < 1 || query.shape.back() % heads != 0)
    return misfit("attention_scores", query, "does not fit its keys or heads");
  auto layer = start("attention_scores");
  count_product(layer, LayerKind::attention,
                {.rows = static_cast<double>(query.shape.front()),
                 .columns = static_cast<double>(key.shape.front()),
                 .depth = static_cast<double>(query.shape.back() / heads),
                 .groups = static_cast<double>(heads)},
                false);
  return append(std::move(layer), {&query, &key}, {heads, query.shape.front(), key.shape.front()}, false);
}

Result<Tensor> Builder::experts(const Tensor& x, std::int64_t outputs, const Experts& experts) {
  if (x.shape.size() != 2) return misfit("experts", x, "needs tokens x features");
  const auto inputs = x.shape.back();
  auto layer = start("experts");
  count_product(layer, LayerKind::dense,
                {.rows = static_cast<double>(x.shape.front()) / static_cast<double>(experts.count),
                 .columns = static_cast<double>(outputs),
                 .depth = static_cast<double>(inputs),
                 .groups = static_cast<double>(experts.count)},
                experts.bias);
  layer.parameters = experts.count * (inputs * outputs + (experts.bias ? outputs : 0));
  return append(std::move(layer), {&x}, {x.shape.front(), outputs}, true);
}

Result<Tensor> Builder::attend(const Tensor& query, const Tensor& key, const Tensor& value,
                               const Attention& attention) {
  if (attention.fused) return attend_fused(query, key, value, attention);
  const auto sides = query.shape.size();
  const auto heads = attention.heads;
  const auto outer = [](const Tensor& x) { return Shape(x.shape.begin(), x.shape.end() - 2); };
  if (sides < 2 || sides > 3 || key.shape.size() != sides || value.shape.size() != sides ||
      outer(query) != outer(key) || outer(query) != outer(value) ||
      key.shape[sides - 2] != value.shape[sides - 2] || query.shape.back() != key.shape.back())
    return misfit("attention", query, "queries, keys and values must be tokens x features and fit together");
  if (heads < 1 || query.shape.back() % heads != 0 || value.shape.back() % heads != 0)
    return misfit("attention", query, fmt::format("{} heads do not divide the features", heads));
  auto score_shape = outer(query);
  const double windows = sides == 3 ? static_cast<double>(query.shape.front()) : 1;
  const auto key_width = query.shape.back() / heads, value_width = value.shape.back() / heads;
  const MatrixProduct products{.rows = static_cast<double>(query.shape[sides - 2]),
                               .columns = static_cast<double>(key.shape[sides - 2]),
                               .depth = static_cast<double>(key_width),
                               .groups = windows * static_cast<double>(heads)};
  score_shape.insert(score_shape.end(), {heads, query.shape[sides - 2], key.shape[sides - 2]});
  const auto prepared = [&](const Tensor& x) { return attention.cosine ? activate(x, "unit_length") : x; };
  const auto queries = prepared(query);
  const auto keys = prepared(key);
  auto layer = start("attention_scores");
  count_product(layer, LayerKind::attention, products, false);
  auto scores = append(std::move(layer), {&queries, &keys}, std::move(score_shape), false);
  if (attention.cosine) scores = learned(scores, "scale", heads);
  if (attention.biases > 0) scores = learned(scores, "position", attention.biases);
  const auto weights = activate(scores, "softmax");
  auto context = start("attention_context");
  count_product(context, LayerKind::attention,
                {.rows = products.rows,
                 .columns = static_cast<double>(value_width),
                 .depth = products.columns,
                 .groups = products.groups},
                false);
  auto output = query.shape;
  output.back() = value.shape.back();
  return append(std::move(context), {&weights, &value}, std::move(output), false);
}

Result<Tensor> Builder::attend_fused(const Tensor& query, const Tensor& key, const Tensor& value,
                                     const Attention& attention) {
  const auto heads = attention.heads;
  const auto key_heads = attention.key_heads > 0 ? attention.key_heads : heads;
  const auto fits = [](const Tensor& x, std::int64_t parts) {
    return x.shape.size() == 2 && parts > 0 && x.shape.back() % parts == 0;
  };
  if (!fits(query, heads) || !fits(key, key_heads) || !fits(value, key_heads) || heads % key_heads != 0 ||
      key.shape.front() != value.shape.front() || query.shape.back() / heads != key.shape.back() / key_heads)
    return misfit("attention", query, fmt::format("{} heads of {} do not fit", heads, key_heads));
  const auto key_width = key.shape.back() / key_heads, value_width = value.shape.back() / key_heads;
  auto layer = start("attention");
  const auto rows = static_cast<double>(query.shape.front()),
             columns = static_cast<double>(key.shape.front());
  count_product(layer, LayerKind::attention,
                {.rows = rows,
                 .columns = columns,
                 .depth = static_cast<double>(key_width + value_width),
                 .groups = static_cast<double>(heads)},
                false);
  layer.flops += flops_per_element("softmax") * static_cast<double>(heads) * rows * columns;
  return append(std::move(layer), {&query, &key, &value}, {query.shape.front(), heads * value_width}, false);
}

}  // namespace joulecast::network
