#include "network/transformer/unet.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "network/builder.hpp"

namespace joulecast::network {
namespace {

struct Level {
  std::int64_t channels = 0, heads = 1;
  std::int64_t transformers = 0;  ///< blocks of each attention; 0 = no attention
};

struct Unet {
  std::vector<Level> down, up;  ///< `up` begins with the deepest
  Level middle;
  std::int64_t layers = 2;  ///< of a level on the way down; one more on the way up
  std::int64_t in = 4, out = 4, side = 64;
  std::int64_t text_width = 768;
  std::int64_t added_width = 0;  ///< of further conditions, such as the image's size; 0 = none
  bool linear = false;           ///< projections around a transformer are linear, not convolutions
};

/// One number for all levels, or one each.
std::vector<std::int64_t> by_level(ConfigValues& values, const char* key, std::size_t levels,
                                   std::int64_t usual) {
  if (values.is_list(key)) {
    auto numbers = values.numbers(key);
    if (numbers.size() != levels) values.complain(key, "must have a number for each block");
    numbers.resize(levels, 1);
    return numbers;
  }
  return std::vector<std::int64_t>(levels, values.number(key, usual));
}

Unet read(ConfigValues& values) {
  Unet unet;
  auto channels = values.numbers("block_out_channels");
  auto down = values.texts("down_block_types"), up = values.texts("up_block_types");
  const auto levels = channels.size();
  constexpr std::size_t most = 16;
  if (levels == 0 || levels > most) values.complain("block_out_channels", "must have 1 to 16 numbers");
  if (down.size() != levels || up.size() != levels)
    values.complain("down_block_types",
                    "and 'up_block_types' must have as many entries as 'block_out_channels'");
  if (values.error()) return unet;
  const auto heads = by_level(
      values, values.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", levels, 8);
  const auto transformers = by_level(values, "transformer_layers_per_block", levels, 1);
  const auto level = [&](std::size_t i, const std::string& type) {
    const bool attends = type.starts_with("CrossAttn");
    if (!attends && type != "DownBlock2D" && type != "UpBlock2D")
      values.complain("down_block_types", "has a block that is not known");
    return Level{std::max<std::int64_t>(channels[i], 1), std::max<std::int64_t>(heads[i], 1),
                 attends ? transformers[i] : 0};
  };
  for (std::size_t i = 0; i < levels; ++i) unet.down.push_back(level(i, down[i]));
  for (std::size_t i = 0; i < levels; ++i) unet.up.push_back(level(levels - 1 - i, up[i]));
  unet.middle = unet.down.back();
  unet.middle.transformers = transformers.back();
  unet.layers = values.number("layers_per_block", 2);
  unet.in = values.number("in_channels", 4);
  unet.out = values.number("out_channels", 4);
  unet.side = values.number("sample_size", 64);
  unet.text_width = values.number("cross_attention_dim", 1280);
  unet.linear = values.flag("use_linear_projection", false);
  if (values.text("addition_embed_type", "") == "text_time")
    unet.added_width = values.size("projection_class_embeddings_input_dim");
  constexpr std::int64_t most_layers = 64;
  for (const auto& any : unet.down)
    if (any.channels > (1 << 14) || any.transformers > most_layers || unet.layers > most_layers)
      values.complain("block_out_channels", "and the numbers of layers must be possible");
  return unet;
}

class Assembly {
 public:
  Assembly(const Unet& unet, const std::string& name, const std::string& origin)
      : unet_(unet), builder_(name, origin) {}

  Result<ArchitectureFeatures> build(const Shape& image, std::int64_t tokens) {
    auto x = builder_.input("latents", image);
    text_ = builder_.input("text", {tokens, unet_.text_width});
    time_ = embedded_time();
    x = convolution(x, unet_.down.front().channels);
    std::vector<Tensor> skipped{x};
    x = down(x, skipped);
    builder_.enter("middle");
    x = resnet(x, unet_.middle.channels);
    if (unet_.middle.transformers > 0) x = attention(x, unet_.middle);
    x = resnet(x, unet_.middle.channels);
    builder_.leave();
    x = up(x, skipped);
    x = convolution(builder_.activate(norm(x), "swish"), unet_.out);
    if (error_) return propagate(*error_);
    return std::move(builder_).finish();
  }

 private:
  Tensor take(Result<Tensor> made, const Tensor& instead) {
    if (made) return std::move(*made);
    if (!error_) error_ = made.error();
    return instead;
  }
  Tensor convolution(const Tensor& x, std::int64_t channels, std::int64_t kernel = 3,
                     std::int64_t stride = 1) {
    return take(builder_.convolution(x, {.kernel = {kernel}, .stride = {stride}, .pad = Shape{kernel / 2}},
                                     {.channels = channels, .bias = true}),
                x);
  }
  Tensor norm(const Tensor& x) { return take(builder_.normalise(x, "group_norm", 0), x); }
  Tensor token_norm(const Tensor& x) { return take(builder_.normalise(x, "layer_norm", -1), x); }
  Tensor dense(const Tensor& x, std::int64_t outputs, bool bias) {
    return take(builder_.dense(x, outputs, bias), x);
  }
  Tensor add(const Tensor& a, const Tensor& b) { return take(builder_.combine("add", {a, b}), a); }

  /// Two products, of the time's sines and of the further conditions, each to four times the first channels.
  Tensor embedded_time() {
    const auto first = unet_.down.front().channels, width = 4 * first;
    const auto embedded = [&](const char* name, std::int64_t inputs) {
      const auto x = dense(builder_.input(name, {inputs}), width, true);
      return dense(builder_.activate(x, "swish"), width, true);
    };
    const auto time = embedded("time", first);
    return unet_.added_width > 0 ? add(time, embedded("conditions", unet_.added_width)) : time;
  }

  Tensor resnet(const Tensor& x, std::int64_t channels) {
    auto y = convolution(builder_.activate(norm(x), "swish"), channels);
    y = add(y, dense(builder_.activate(time_, "swish"), channels, true));
    y = convolution(builder_.activate(norm(y), "swish"), channels);
    return add(y, x.shape.front() == channels ? x : convolution(x, channels, 1));
  }

  Tensor attend(const Tensor& x, const Tensor& source, std::int64_t heads) {
    const auto width = x.shape.back();
    const auto query = dense(x, width, false), key = dense(source, width, false),
               value = dense(source, width, false);
    const auto context = take(builder_.attend(query, key, value, {.heads = heads, .fused = true}), query);
    return dense(context, width, true);
  }

  Tensor transformer(const Tensor& x, std::int64_t heads) {
    auto y = token_norm(x);
    y = add(x, attend(y, y, heads));
    y = add(y, attend(token_norm(y), text_, heads));
    // GEGLU: both halves by one product
    const auto inner = 4 * x.shape.back();
    const auto both = dense(token_norm(y), 2 * inner, true);
    auto gate = both;
    gate.shape.back() = inner;
    const auto gated = take(builder_.combine("multiply", {builder_.activate(gate, "gelu"), gate}), gate);
    return add(y, dense(gated, x.shape.back(), true));
  }

  Tensor attention(const Tensor& x, const Level& level) {
    if (error_) return x;
    builder_.enter("attention");
    const auto channels = x.shape[0], tokens = x.shape[1] * x.shape[2];
    auto y = norm(x);
    if (!unet_.linear) y = convolution(y, channels, 1);
    y = builder_.move(y, "transpose", {tokens, channels});
    if (unet_.linear) y = dense(y, channels, true);
    for (std::int64_t i = 0; i < level.transformers && !error_; ++i) y = transformer(y, level.heads);
    if (unet_.linear) y = dense(y, channels, true);
    y = builder_.move(y, "transpose", x.shape);
    if (!unet_.linear) y = convolution(y, channels, 1);
    builder_.leave();
    return add(y, x);
  }

  Tensor down(Tensor x, std::vector<Tensor>& skipped) {
    for (std::size_t i = 0; i < unet_.down.size() && !error_; ++i) {
      const auto& level = unet_.down[i];
      builder_.enter("down");
      for (std::int64_t layer = 0; layer < unet_.layers; ++layer) {
        x = resnet(x, level.channels);
        if (level.transformers > 0) x = attention(x, level);
        skipped.push_back(x);
      }
      if (i + 1 < unet_.down.size()) skipped.push_back(x = convolution(x, level.channels, 3, 2));
      builder_.leave();
    }
    return x;
  }

  Tensor up(Tensor x, std::vector<Tensor>& skipped) {
    for (std::size_t i = 0; i < unet_.up.size() && !error_; ++i) {
      const auto& level = unet_.up[i];
      builder_.enter("up");
      for (std::int64_t layer = 0; layer <= unet_.layers && !skipped.empty(); ++layer) {
        x = resnet(take(builder_.concatenate({x, skipped.back()}), x), level.channels);
        skipped.pop_back();
        if (level.transformers > 0) x = attention(x, level);
      }
      if (i + 1 < unet_.up.size() && !error_) {
        x = builder_.move(x, "upsample", {x.shape[0], 2 * x.shape[1], 2 * x.shape[2]});
        x = convolution(x, level.channels);
      }
      builder_.leave();
    }
    return x;
  }

  const Unet& unet_;
  Builder builder_;
  Tensor text_, time_;
  std::optional<Error> error_;
};

}  // namespace

Result<ArchitectureFeatures> build_unet(ConfigValues& values, const std::string& name,
                                        std::optional<std::int64_t> tokens,
                                        const std::optional<Shape>& image) {
  constexpr std::int64_t usual_tokens = 77, longest = 1 << 16;
  const auto unet = read(values);
  if (values.error()) return propagate(*values.error());
  const auto length = tokens.value_or(usual_tokens);
  if (length < 1 || length > longest)
    return fail_field("sequence", "must be from 1 to {}, not {}", longest, length);
  const auto latents = image.value_or(Shape{unet.in, unet.side, unet.side});
  const auto halvings = std::int64_t{1} << (unet.down.size() - 1);
  const bool fits = latents.size() == 3 && latents[0] == unet.in && latents[1] % halvings == 0 &&
                    latents[2] % halvings == 0 && latents[1] <= longest && latents[2] <= longest;
  if (!fits || latents[1] < 1 || latents[2] < 1)
    return fail_field("input", "'{}' takes {} channels and sides that {} divides, not {}", name, unet.in,
                      halvings, to_text(latents));
  return Assembly(unet, name, values.origin()).build(latents, length);
}

}  // namespace joulecast::network
