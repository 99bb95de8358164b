#include "network/transformer/transformer.hpp"

#include <algorithm>
#include <utility>

#include "network/builder.hpp"

namespace joulecast::network {
namespace {

/// Builds one transformer. Every step after the first error does nothing and returns its input.
class Assembly {
 public:
  explicit Assembly(const Transformer& transformer)
      : transformer_(transformer), builder_(transformer.name, transformer.origin) {}

  Result<ArchitectureFeatures> build(std::int64_t sequence, const std::optional<Shape>& image) {
    std::optional<Tensor> encoded;
    if (transformer_.encoder) encoded = encoder(sequence);
    auto x = transformer_.patches ? patches(*transformer_.patches, image) : tokens("tokens", sequence);
    builder_.enter(encoded ? "decoder" : "stack");
    x = stack(x, transformer_.stack, encoded);
    builder_.leave();
    auto other = x;
    for (const auto& step : transformer_.aside) other = head_step(other, step);
    for (const auto& step : transformer_.head) x = head_step(x, step);
    if (error_) return propagate(*error_);
    auto network = std::move(builder_).finish();
    network.notes = transformer_.notes;
    return network;
  }

 private:
  Tensor take(Result<Tensor> made, const Tensor& instead) {
    if (made) return std::move(*made);
    if (!error_) error_ = made.error();
    return instead;
  }

  Tensor dense(const Tensor& x, std::int64_t outputs, bool bias, bool tied = false) {
    return take(builder_.dense(x, outputs, bias, tied), x);
  }

  Tensor normalise(const Tensor& x, Norm norm) {
    const int learned = norm == Norm::layer ? 2 : 1;
    return take(builder_.normalise(x, norm == Norm::rms ? "rms_norm" : "layer_norm", -1, learned), x);
  }

  Tensor add(const Tensor& a, const Tensor& b) { return take(builder_.combine("add", {a, b}), a); }

  Tensor embed(const Tensor& numbers, const TokenTable& table, std::int64_t width) {
    const auto own_width = table.width > 0 ? table.width : width;
    auto x = take(builder_.embed(numbers, table.tied ? 0 : table.vocabulary, own_width), numbers);
    if (own_width != width) x = dense(x, width, false);
    if (table.positions > 0) x = builder_.learned(x, "position", table.positions * width);
    if (table.segments > 0) x = builder_.learned(x, "position", table.segments * width);
    return x;
  }

  Tensor tokens(const std::string& name, std::int64_t sequence) {
    const auto& stack = transformer_.stack;
    const auto& table = *transformer_.tokens;
    auto x = embed(builder_.input(name, {sequence}), table, stack.width);
    if (table.norm) x = normalise(x, stack.norm);
    if (transformer_.relative_rows > 0) {
      auto positions = x;
      positions.shape = {transformer_.relative_rows, stack.width};
      positions = builder_.learned(positions, "position", transformer_.relative_rows * stack.width);
      if (transformer_.relative_norm) normalise(positions, stack.norm);
    }
    return x;
  }

  Tensor encoder(std::int64_t sequence) {
    const auto& stack_of = *transformer_.encoder;
    Tensor x;
    builder_.enter("encoder");
    if (const auto& spectrogram = transformer_.spectrogram) {
      x = builder_.input("spectrogram", {spectrogram->bins, spectrogram->frames});
      for (const std::int64_t stride : {1, 2}) {
        x = take(builder_.convolution(x, {.kernel = {3}, .stride = {stride}, .pad = Shape{1}},
                                      {.channels = stack_of.width, .bias = true}),
                 x);
        x = builder_.activate(x, "gelu");
      }
      if (!error_) x = builder_.move(x, "transpose", {x.shape[1], x.shape[0]});
      x = builder_.learned(x, "position", transformer_.encoder_positions * stack_of.width);
    } else {
      x = embed(builder_.input("encoder_tokens", {sequence}), *transformer_.encoder_tokens, stack_of.width);
    }
    x = stack(x, stack_of, std::nullopt);
    builder_.leave();
    return x;
  }

  Tensor patches(const Patches& patches, const std::optional<Shape>& image) {
    const auto width = transformer_.stack.width;
    auto x = builder_.input("image", image.value_or(Shape{patches.channels, patches.side, patches.side}));
    x = take(builder_.convolution(x, {.kernel = {patches.size}, .stride = {patches.size}, .pad = Shape{0}},
                                  {.channels = width, .bias = patches.bias}),
             x);
    if (error_) return x;
    x = builder_.move(x, "transpose", {x.shape[1] * x.shape[2], width});
    if (patches.class_token) {
      ++x.shape[0];
      x = builder_.learned(x, "class_token", width);
    }
    const auto grid = patches.side / patches.size;
    return patches.position
               ? builder_.learned(x, "position", (grid * grid + (patches.class_token ? 1 : 0)) * width)
               : x;
  }

  Tensor stack(Tensor x, const Stack& stack, const std::optional<Tensor>& encoded) {
    const auto entered = x;
    for (std::size_t i = 0; i < stack.blocks.size() && !error_; ++i) {
      builder_.enter("block");
      x = this->block(x, stack.blocks[i], stack.norm, encoded);
      builder_.leave();
      if (i == 0 && transformer_.first_convolution > 0) x = convolved(entered, x, stack.norm);
    }
    return stack.final_norm ? normalise(x, stack.norm) : x;
  }

  /// norm(x + act(convolution(entered)))
  Tensor convolved(const Tensor& entered, const Tensor& x, Norm norm) {
    const auto width = x.shape.back(), tokens = x.shape.front();
    const auto turned = builder_.move(entered, "transpose", {width, tokens});
    const auto filtered = take(builder_.convolution(turned, {.kernel = {transformer_.first_convolution}},
                                                    {.channels = width, .bias = true}),
                               turned);
    const auto back = builder_.move(filtered, "transpose", {tokens, width});
    return normalise(add(x, builder_.activate(back, "tanh")), norm);
  }

  Tensor block(const Tensor& x, const Block& block, Norm norm, const std::optional<Tensor>& encoded) {
    const auto first = [&](const Tensor& t) { return block.first_norm ? normalise(t, norm) : t; };
    const auto attended = [&](const Tensor& t) { return attention(t, t, block.heads, norm); };
    const auto fed = [&](const Tensor& t) { return feed_forward(t, block.feed_forward); };
    switch (block.order) {
      case Order::parallel:
      case Order::parallel_own: {
        const auto normal = first(x);
        const auto other = block.order == Order::parallel_own ? normalise(x, norm) : normal;
        return add(add(attended(normal), fed(other)), x);
      }
      case Order::after: {
        auto y = normalise(add(x, attended(x)), norm);
        if (block.cross) y = normalise(add(y, attention(y, *encoded, *block.cross, norm)), norm);
        return normalise(add(y, fed(y)), norm);
      }
      case Order::around: {
        const auto y = add(x, normalise(attended(first(x)), norm));
        return add(y, normalise(fed(normalise(y, norm)), norm));
      }
      case Order::parts_behind: {
        const auto y = add(x, normalise(attended(x), norm));
        return add(y, normalise(fed(y), norm));
      }
      case Order::before:
        break;
    }
    auto y = add(x, attended(first(x)));
    if (block.cross) y = add(y, attention(normalise(y, norm), *encoded, *block.cross, norm));
    return add(y, fed(normalise(y, norm)));
  }

  /// Queries or keys: projected, then normalised by head where the block says so, and turned by position.
  Tensor projected(const Tensor& x, std::int64_t width, bool bias, std::int64_t norm, const Heads& heads,
                   Norm kind) {
    auto y = dense(x, width, bias);
    if (norm > 0) y = builder_.learned(y, kind == Norm::rms ? "rms_norm" : "layer_norm", norm);
    return heads.rotary ? builder_.activate(y, heads.packed ? "packed_rotary" : "rotary") : y;
  }

  Tensor attention(const Tensor& x, const Tensor& source, const Heads& heads, Norm norm) {
    const auto query_width = heads.count * heads.width, key_width = heads.key_count * heads.width;
    const auto query = projected(x, query_width, heads.query_bias, heads.query_norm, heads, norm);
    const auto key = projected(source, key_width, heads.key_bias, heads.key_norm, heads, norm);
    const auto value = dense(source, key_width, heads.value_bias);
    if (error_) return x;
    if (heads.relative) relative_products(query, key, heads, *heads.relative);
    if (heads.position_biases > 0) builder_.learned(query, "position", heads.position_biases);
    const auto context = heads.fused ? fused(query, key, value, heads) : unfused(query, key, value, heads);
    return dense(context, x.shape.back(), heads.output_bias);
  }

  Tensor fused(const Tensor& query, const Tensor& key, const Tensor& value, const Heads& heads) {
    return take(builder_.attend(query, key, value,
                                {.heads = heads.count, .key_heads = heads.key_count, .fused = true}),
                query);
  }

  Tensor unfused(const Tensor& query, const Tensor& key, const Tensor& value, const Heads& heads) {
    // Keys and values that a group shares are repeated for each of its heads.
    const auto repeated = [&](const Tensor& x) {
      return heads.key_count == heads.count
                 ? x
                 : builder_.move(x, "repeat", {x.shape.front(), heads.count * heads.width});
    };
    return take(builder_.attend(query, repeated(key), repeated(value), {.heads = heads.count}), query);
  }

  /// DeBERTa: positions projected as queries and keys are, and their products with the others.
  void relative_products(const Tensor& query, const Tensor& key, const Heads& heads,
                         const RelativeProducts& relative) {
    const auto width = heads.count * heads.width;
    auto positions = query;
    const auto rows = relative.cut ? std::min(relative.rows, 2 * query.shape.front()) : relative.rows;
    positions.shape = {rows, query.shape.back()};
    for (int term = 0; term < relative.terms; ++term) {
      // The second term's projection has a bias: the positions stand for queries there.
      const auto projected =
          dense(positions, width, relative.own_projections && term > 0, !relative.own_projections);
      if (error_) return;
      take(builder_.scores(term == 0 ? query : key, projected, heads.count), query);
    }
  }

  Tensor feed_forward(const Tensor& x, const FeedForward& network) {
    if (network.mixture) return mixture(x, network, *network.mixture);
    const auto inner = [&] {
      const auto gate = builder_.activate(dense(x, network.inner, network.bias), network.activation);
      if (!network.gated) return gate;
      return take(builder_.combine("multiply", {gate, dense(x, network.inner, network.bias)}), gate);
    }();
    return dense(inner, x.shape.back(), network.bias);
  }

  Tensor mixture(const Tensor& x, const FeedForward& network, const Mixture& mixture) {
    builder_.activate(dense(x, mixture.experts, mixture.router_bias), "softmax");
    const Experts experts{.count = mixture.experts, .active = mixture.active, .bias = mixture.bias};
    const auto expert = [&](const Tensor& t, std::int64_t outputs) {
      return take(builder_.experts(t, outputs, experts), t);
    };
    // Each token goes to several experts: that many copies of it.
    auto copies = builder_.move(x, "dispatch", {x.shape.front() * mixture.active, x.shape.back()});
    auto inner = builder_.activate(expert(copies, mixture.inner), network.activation);
    if (network.gated)
      inner = take(builder_.combine("multiply", {inner, expert(copies, mixture.inner)}), inner);
    auto y = builder_.move(expert(inner, x.shape.back()), "combine", x.shape);
    if (mixture.shared_inner == 0) return y;
    auto shared = network;
    shared.mixture.reset();
    shared.inner = mixture.shared_inner;
    const auto common = feed_forward(x, shared);
    if (mixture.shared_gate) builder_.activate(dense(x, 1, false), "sigmoid");
    return add(y, common);
  }

  Tensor head_step(const Tensor& x, const HeadStep& step) {
    if (error_) return x;
    switch (step.kind) {
      case HeadStep::Kind::dense:
        return dense(x, step.outputs, step.bias, step.tied);
      case HeadStep::Kind::norm:
        return normalise(x, step.bias ? Norm::layer : Norm::layer_without_shift);
      case HeadStep::Kind::activation:
        return builder_.activate(x, step.activation);
      case HeadStep::Kind::first_token: {
        const auto one = take(builder_.slice(x, 0, 1), x);
        return builder_.reshape(one, {x.shape.back()});
      }
      case HeadStep::Kind::mean_token:
        break;
    }
    const auto mean = take(builder_.global_pool(x), x);
    return builder_.reshape(mean, {x.shape.back()});
  }

  const Transformer& transformer_;
  Builder builder_;
  std::optional<Error> error_;
};

/// About the parameters of one stack; only its size counts here.
double parameters_about(const Stack& stack) {
  double sum = 0;
  const auto width = static_cast<double>(stack.width);
  for (const auto& block : stack.blocks) {
    const auto& network = block.feed_forward;
    auto inner = static_cast<double>(network.inner);
    if (const auto& mixture = network.mixture)
      inner = static_cast<double>(mixture->experts) * static_cast<double>(mixture->inner) +
              static_cast<double>(mixture->shared_inner);
    const auto heads = static_cast<double>(block.heads.count) * static_cast<double>(block.heads.width);
    sum += width * (3 * inner + 8 * heads);
  }
  return sum;
}

/// The same of what stands around the stacks.
double surroundings_about(const Transformer& transformer) {
  const auto width = static_cast<double>(transformer.stack.width);
  double rows = static_cast<double>(transformer.relative_rows + transformer.encoder_positions);
  for (const auto* table : {&transformer.tokens, &transformer.encoder_tokens})
    if (*table)
      rows += static_cast<double>((*table)->vocabulary + (*table)->positions + (*table)->segments +
                                  (*table)->width);
  for (const auto* head : {&transformer.head, &transformer.aside})
    for (const auto& step : *head) rows += static_cast<double>(step.outputs);
  if (const auto& patches = transformer.patches) {
    const auto side = static_cast<double>(patches->side), size = static_cast<double>(patches->size);
    rows += static_cast<double>(patches->channels) * size * size + side * side / (size * size);
  }
  if (const auto& spectrogram = transformer.spectrogram) rows += 3.0 * static_cast<double>(spectrogram->bins);
  return width * (rows + width * static_cast<double>(transformer.first_convolution));
}

/// Sizes that nobody can mean would overflow the sums.
Status check_size(const Transformer& transformer, const std::optional<Shape>& image) {
  constexpr double most = 1e15;
  constexpr std::int64_t largest_side = 1 << 16;
  const double sum = surroundings_about(transformer) + parameters_about(transformer.stack) +
                     (transformer.encoder ? parameters_about(*transformer.encoder) : 0);
  if (!(sum < most))
    return fail(ErrorKind::malformed, transformer.origin, "would have more than {:g} parameters", most);
  if (image && std::ranges::any_of(*image, [](auto side) { return side > largest_side; }))
    return fail_field("input", "a side of more than {} is not possible", largest_side);
  return {};
}

}  // namespace

Result<ArchitectureFeatures> build_transformer(const Transformer& transformer,
                                               std::optional<std::int64_t> sequence,
                                               const std::optional<Shape>& image) {
  constexpr std::int64_t longest = 1 << 24;
  if (transformer.patches && sequence)
    return fail_field("sequence", "'{}' takes images: give --input 3x224x224", transformer.name);
  if (!transformer.patches && image)
    return fail_field("input", "'{}' takes tokens: give --sequence", transformer.name);
  if (image && image->size() != 3)
    return fail_field("input", "'{}' takes channels, height and width, not {}", transformer.name,
                      to_text(*image));
  const auto tokens = sequence.value_or(transformer.usual_sequence);
  if (tokens < 1 || tokens > longest)
    return fail_field("sequence", "must be from 1 to {}, not {}", longest, tokens);
  if (transformer.most_positions > 0 && tokens > transformer.most_positions)
    return fail_field("sequence", "'{}' knows {} positions, not {}", transformer.name,
                      transformer.most_positions, tokens);
  if (auto ok = check_size(transformer, image); !ok) return propagate(ok.error());
  return Assembly(transformer).build(tokens, image);
}

}  // namespace joulecast::network
