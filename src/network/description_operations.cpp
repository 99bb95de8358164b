// The words of a description that add layers; data/architectures/README.md says what each does.
#include <algorithm>
#include <array>
#include <utility>

#include "network/description_machine.hpp"

namespace joulecast::network {
namespace {

/// Kernel, stride=, pad=, dilation= and `ceil` of a convolution or pool.
Window read_window(std::string_view kernel, Arguments& arguments) {
  Window window;
  window.ceil = arguments.flag("ceil");
  window.kernel = arguments.next_sides(kernel);
  window.stride = arguments.sides_option("stride", 1);
  for (auto& stride : window.stride) stride = std::max<std::int64_t>(stride, 1);
  if (const auto pad = arguments.text_option("pad"); pad == "valid") {
    window.pad = Shape{0};
  } else if (pad && pad != "same") {
    window.pad = arguments.sides_option("pad", 0);
  }
  window.dilation = std::max<std::int64_t>(arguments.option("dilation", 1), 1);
  return window;
}

Result<Tensor> conv(Builder& b, const Tensor& x, Arguments& a) {
  Filters filters{.channels = 0, .groups = 1, .bias = a.flag("bias")};
  filters.channels = a.next("output channels");
  const auto window = read_window("a kernel size", a);
  filters.groups = std::max<std::int64_t>(a.option("groups", 1), 1);
  return b.convolution(x, window, filters);
}

Result<Tensor> depthwise(Builder& b, const Tensor& x, Arguments& a) {
  const bool bias = a.flag("bias");
  const auto window = read_window("a kernel size", a);
  const auto channels = x.shape.empty() ? 1 : x.shape.front();
  return b.convolution(x, window,
                       {.channels = channels * std::max<std::int64_t>(a.option("multiplier", 1), 1),
                        .groups = channels,
                        .bias = bias});
}

Result<Tensor> deconv(Builder& b, const Tensor& x, Arguments& a) {
  const bool bias = a.flag("bias");
  const auto channels = a.next("output channels");
  return b.transposed_convolution(x, read_window("a kernel size", a), {.channels = channels, .bias = bias});
}

Result<Tensor> max_pool(Builder& b, const Tensor& x, Arguments& a) {
  return b.pool(x, "max", read_window("a window size", a));
}
Result<Tensor> average_pool(Builder& b, const Tensor& x, Arguments& a) {
  return b.pool(x, "average", read_window("a window size", a));
}
Result<Tensor> global_pool(Builder& b, const Tensor& x, Arguments&) {
  return b.global_pool(x);
}

Result<Tensor> adaptive_pool(Builder& b, const Tensor& x, Arguments& a) {
  const auto side = a.next("an output size");
  if (x.shape.size() < 2) return b.global_pool(x);
  // Windows that tile the input. Where they do not divide it evenly, borders are repeated, which does not
  // change the size of a window.
  Window window{.kernel = {}, .stride = {}, .pad = Shape{0}};
  auto output = x.shape;
  for (std::size_t i = 1; i < output.size(); ++i) {
    window.stride.push_back(std::max<std::int64_t>(1, x.shape[i] / side));
    window.kernel.push_back(std::max<std::int64_t>(1, x.shape[i] - (side - 1) * window.stride.back()));
    output[i] = side;
  }
  if (std::ranges::any_of(x.shape.begin() + 1, x.shape.end(), [&](auto size) { return size < side; }))
    return b.move(x, "adaptive_pool", std::move(output));
  return b.pool(x, "average", window);
}

Result<Tensor> dense(Builder& b, const Tensor& x, Arguments& a) {
  const bool bias = !a.flag("no_bias");
  const bool tied = a.flag("tied");
  return b.dense(x, a.next("outputs"), bias, tied);
}

Result<Tensor> flatten(Builder& b, const Tensor& x, Arguments&) {
  const auto count = element_count(x.shape);
  return b.reshape(x, {count.value_or(1)});
}

/// [c,h,w] -> [h*w,c]
Result<Tensor> tokens(Builder& b, const Tensor& x, Arguments&) {
  const auto count = element_count({x.shape.begin() + (x.shape.empty() ? 0 : 1), x.shape.end()});
  return b.move(x, "transpose", {count.value_or(1), x.shape.empty() ? 1 : x.shape.front()});
}

/// [c,h,w] -> [windows, side*side, c]; the borders are padded to whole windows
Result<Tensor> windows(Builder& b, const Tensor& x, Arguments& a) {
  const auto side = a.next("a side");
  if (x.shape.size() != 3)
    return fail(ErrorKind::invalid, "", "'windows' of an input of {}", to_text(x.shape));
  const auto count = ((x.shape[1] + side - 1) / side) * ((x.shape[2] + side - 1) / side);
  return b.move(x, "windows", {count, side * side, x.shape[0]});
}
/// [windows, tokens, c] or [tokens, c] -> [c,h,w]; padding is cut off
Result<Tensor> image(Builder& b, const Tensor& x, Arguments& a) {
  const auto height = a.next("a height");
  const auto width = a.next("a width");
  const auto count = element_count({x.shape.begin(), x.shape.end() - (x.shape.empty() ? 0 : 1)});
  if (x.shape.size() < 2 || count.value_or(0) < height * width)
    return fail(ErrorKind::invalid, "", "'image' of {}x{} of an input of {}", height, width,
                to_text(x.shape));
  return b.move(x, "image", {x.shape.back(), height, width});
}
/// [c,h,w] -> [c*f*f, h/f, w/f]: neighbours become channels; the borders are padded
Result<Tensor> unshuffle(Builder& b, const Tensor& x, Arguments& a) {
  const auto factor = a.next("a factor");
  if (x.shape.size() != 3 || factor > x.shape[1] || factor > x.shape[2])
    return fail(ErrorKind::invalid, "", "'unshuffle' by {} of an input of {}", factor, to_text(x.shape));
  return b.move(
      x, "unshuffle",
      {x.shape[0] * factor * factor, (x.shape[1] + factor - 1) / factor, (x.shape[2] + factor - 1) / factor});
}

/// [c,f,t] -> [t,c*f]: the columns of a spectrogram become steps
Result<Tensor> steps(Builder& b, const Tensor& x, Arguments&) {
  if (x.shape.size() != 3) return fail(ErrorKind::invalid, "", "'steps' of an input of {}", to_text(x.shape));
  return b.move(x, "transpose", {x.shape[2], x.shape[0] * x.shape[1]});
}

Result<Tensor> first_token(Builder& b, const Tensor& x, Arguments&) {
  auto one = b.slice(x, 0, 1);
  return one ? Result<Tensor>(b.reshape(*one, {x.shape.back()})) : one;
}
Result<Tensor> mean_token(Builder& b, const Tensor& x, Arguments&) {
  auto mean = b.global_pool(x);
  return mean ? Result<Tensor>(b.reshape(*mean, {x.shape.back()})) : mean;
}

Result<Tensor> class_token(Builder& b, const Tensor& x, Arguments&) {
  if (x.shape.size() != 2)
    return fail(ErrorKind::invalid, "", "'class_token' of an input of {}", to_text(x.shape));
  auto longer = x;
  ++longer.shape[0];
  return b.learned(longer, "class_token", x.shape[1]);
}
Result<Tensor> positions(Builder& b, const Tensor& x, Arguments& a) {
  const auto rows = a.next("a number of positions");
  return b.learned(x, "position", rows * (x.shape.empty() ? 1 : x.shape.back()));
}
Result<Tensor> layer_scale(Builder& b, const Tensor& x, Arguments&) {
  return b.learned(x, "layer_scale", x.shape.empty() ? 1 : x.shape.front());
}

Result<Tensor> slice(Builder& b, const Tensor& x, Arguments& a) {
  const auto start = a.next_number("a first channel");
  return b.slice(x, static_cast<std::int64_t>(std::clamp(start, -1.0, 1e9)), a.next("a number of channels"));
}
Result<Tensor> shuffle(Builder& b, const Tensor& x, Arguments& a) {
  a.next("groups");
  return b.move(x, "shuffle", x.shape);
}
/// By one factor, or by one for each spatial side.
Result<Tensor> upsample(Builder& b, const Tensor& x, Arguments& a) {
  auto shape = x.shape;
  auto factor = a.next("a factor");
  for (std::size_t i = 1; i < shape.size(); ++i) {
    if (i > 1) factor = a.next_or(factor);
    shape[i] *= factor;
  }
  return b.move(x, "upsample", std::move(shape));
}
Result<Tensor> pad(Builder& b, const Tensor& x, Arguments& a) {
  auto shape = x.shape;
  const auto width = a.next("a width");
  for (std::size_t i = 1; i < shape.size(); ++i) shape[i] += width;
  return b.move(x, "pad", std::move(shape));
}

Result<Tensor> embedding(Builder& b, const Tensor& x, Arguments& a) {
  const auto rows = a.next("a number of rows");
  return b.embed(x, rows, a.next("a width"));
}

Result<Tensor> recurrent(Builder& b, const Tensor& x, Arguments& a, std::string_view name, int gates) {
  const bool bidirectional = a.flag("bidirectional");
  return b.recurrent(
      x, {.name = name, .hidden = a.next("a hidden size"), .gates = gates, .bidirectional = bidirectional});
}
Result<Tensor> lstm(Builder& b, const Tensor& x, Arguments& a) {
  return recurrent(b, x, a, "lstm", 4);
}
Result<Tensor> gru(Builder& b, const Tensor& x, Arguments& a) {
  return recurrent(b, x, a, "gru", 3);
}
Result<Tensor> rnn(Builder& b, const Tensor& x, Arguments& a) {
  return recurrent(b, x, a, "rnn", 1);
}

/// [t,2h] -> [t,h]: both directions of a recurrent layer added
Result<Tensor> sum_directions(Builder& b, const Tensor& x, Arguments&) {
  if (x.shape.size() != 2 || x.shape[1] % 2 != 0)
    return fail(ErrorKind::invalid, "", "'sum_directions' of an input of {}", to_text(x.shape));
  return b.activate(b.reshape(x, {x.shape[0], x.shape[1] / 2}), "add");
}

/// Queries, keys and values of the same tokens, of each window its own, and the output projection.
Result<Tensor> self_attention(Builder& b, const Tensor& x, Arguments& a) {
  const bool bias = !a.flag("no_bias");
  const bool cosine = a.flag("cosine");
  const Attention attention{.heads = a.next("heads"), .biases = a.option("biases", 0), .cosine = cosine};
  if (x.shape.size() != 2 && x.shape.size() != 3)
    return fail(ErrorKind::invalid, "", "'self_attention' of an input of {}", to_text(x.shape));
  const auto width = x.shape.back();
  std::array<Tensor, 3> projected;
  for (auto& projection : projected) {
    auto made = b.dense(x, width, bias);
    if (!made) return made;
    projection = std::move(*made);
  }
  auto context = b.attend(projected[0], projected[1], projected[2], attention);
  return context ? b.dense(*context, width, bias) : context;
}

Result<Tensor> batch_norm(Builder& b, const Tensor& x, Arguments& a) {
  const bool fixed = a.flag("fixed");
  const bool shift_alone = a.flag("no_scale");
  return b.normalise(x, "batch_norm", 0, fixed ? 0 : shift_alone ? 1 : 2);
}
Result<Tensor> group_norm(Builder& b, const Tensor& x, Arguments& a) {
  a.next_or(1);
  return b.normalise(x, "group_norm", 0);
}
Result<Tensor> layer_norm(Builder& b, const Tensor& x, Arguments&) {
  return b.normalise(x, "layer_norm", -1);
}
Result<Tensor> channel_norm(Builder& b, const Tensor& x, Arguments&) {
  return b.normalise(x, "layer_norm", 0);
}
Result<Tensor> local_response_norm(Builder& b, const Tensor& x, Arguments&) {
  return b.normalise(x, "local_response_norm", 0, 0);
}

struct Word {
  std::string_view word;
  Operation operation;
};

#define JOULECAST_ACTIVATION(name)                                                                           \
  Word {                                                                                                     \
#name, [](Builder & b, const Tensor& x, Arguments&) -> Result < Tensor> { return b.activate(x, #name); } \
  }

constexpr std::array words{
    Word{"conv", conv},
    Word{"depthwise", depthwise},
    Word{"deconv", deconv},
    Word{"max_pool", max_pool},
    Word{"average_pool", average_pool},
    Word{"global_pool", global_pool},
    Word{"adaptive_pool", adaptive_pool},
    Word{"dense", dense},
    Word{"flatten", flatten},
    Word{"tokens", tokens},
    Word{"windows", windows},
    Word{"image", image},
    Word{"unshuffle", unshuffle},
    Word{"steps", steps},
    Word{"first_token", first_token},
    Word{"mean_token", mean_token},
    Word{"class_token", class_token},
    Word{"positions", positions},
    Word{"layer_scale", layer_scale},
    Word{"slice", slice},
    Word{"shuffle", shuffle},
    Word{"upsample", upsample},
    Word{"pad", pad},
    Word{"embedding", embedding},
    Word{"lstm", lstm},
    Word{"gru", gru},
    Word{"rnn", rnn},
    Word{"sum_directions", sum_directions},
    Word{"self_attention", self_attention},
    Word{"batch_norm", batch_norm},
    Word{"group_norm", group_norm},
    Word{"layer_norm", layer_norm},
    Word{"channel_norm", channel_norm},
    Word{"local_response_norm", local_response_norm},
    JOULECAST_ACTIVATION(relu),
    JOULECAST_ACTIVATION(relu6),
    JOULECAST_ACTIVATION(sigmoid),
    JOULECAST_ACTIVATION(hsigmoid),
    JOULECAST_ACTIVATION(tanh),
    JOULECAST_ACTIVATION(gelu),
    JOULECAST_ACTIVATION(swish),
    JOULECAST_ACTIVATION(hswish),
    JOULECAST_ACTIVATION(softmax),
    JOULECAST_ACTIVATION(dropout),
    JOULECAST_ACTIVATION(sign),
};
#undef JOULECAST_ACTIVATION

}  // namespace

Operation find_operation(std::string_view word) {
  const auto found = std::ranges::find(words, word, &Word::word);
  return found == words.end() ? nullptr : found->operation;
}

}  // namespace joulecast::network
