// Networks with an encoder and a decoder, and vision transformers.
#include <algorithm>
#include <array>

#include "network/transformer/config_families.hpp"

namespace joulecast::network {
namespace {

Block t5_block(ConfigValues& values, bool cross) {
  Block block;
  auto& heads = block.heads;
  heads.count = heads.key_count = values.size("num_heads");
  heads.width = values.size("d_kv");
  heads.fused = false;
  // "gated-gelu" or "relu"
  auto activation = values.text("feed_forward_proj", "relu");
  constexpr std::string_view gated = "gated-";
  block.feed_forward.gated = activation.starts_with(gated);
  if (block.feed_forward.gated) activation.erase(0, gated.size());
  if (block.feed_forward.gated && activation == "gelu") activation = "gelu_new";
  block.feed_forward.activation = activation_of(activation);
  block.feed_forward.inner = values.size("d_ff");
  if (cross) block.cross = heads;
  return block;
}

Stack t5_stack(ConfigValues& values, std::int64_t blocks, bool cross, bool biases_everywhere) {
  Stack stack;
  stack.width = values.size("d_model");
  stack.norm = Norm::rms;
  stack.blocks.assign(static_cast<std::size_t>(blocks), t5_block(values, cross));
  const auto biases = values.number("relative_attention_num_buckets", 32) * stack.blocks.front().heads.count;
  stack.blocks.front().heads.position_biases = biases;
  if (biases_everywhere)
    for (auto& block : stack.blocks) block.heads.position_biases = biases;
  return stack;
}

void fill_t5_kin(ConfigValues& values, const ConfigContext& context, Transformer& transformer,
                 bool biases_everywhere, bool tied) {
  const auto layers = values.size("num_layers");
  if (context.is_encoder) {
    transformer.stack = t5_stack(values, layers, false, biases_everywhere);
    transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
    return;
  }
  const auto decoder_layers = std::max<std::int64_t>(values.number("num_decoder_layers", layers), 1);
  transformer.encoder = t5_stack(values, layers, false, biases_everywhere);
  transformer.stack = t5_stack(values, decoder_layers, true, biases_everywhere);
  transformer.tokens = transformer.encoder_tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  transformer.tokens->tied = true;
  put_decoder_head(context, values.flag("tie_word_embeddings", tied), false, transformer);
}

void fill_t5(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill_t5_kin(values, context, transformer, false, true);
}
void fill_mt5(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill_t5_kin(values, context, transformer, false, false);
}
void fill_umt5(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill_t5_kin(values, context, transformer, true, false);
}

Heads whisper_heads(ConfigValues& values, std::string_view key, std::int64_t width) {
  Heads heads;
  heads.count = heads.key_count = values.size(key);
  heads.width = std::max<std::int64_t>(width / heads.count, 1);
  if (width % heads.count != 0) values.complain(key, "does not divide the width");
  heads.query_bias = heads.value_bias = heads.output_bias = true;
  return heads;
}

Stack whisper_stack(ConfigValues& values, const std::string& side, std::int64_t width, bool cross) {
  Block block;
  block.heads = whisper_heads(values, side + "_attention_heads", width);
  if (cross) block.cross = block.heads;
  block.feed_forward = {.inner = values.size(side + "_ffn_dim"),
                        .bias = true,
                        .activation = activation_of(values.text("activation_function", "gelu"))};
  Stack stack;
  stack.width = width;
  stack.blocks.assign(static_cast<std::size_t>(values.size(side + "_layers")), block);
  return stack;
}

void fill_whisper(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size("d_model");
  const auto frames = values.number("max_source_positions", 1500);
  transformer.encoder = whisper_stack(values, "encoder", width, false);
  transformer.spectrogram = Spectrogram{.bins = values.size("num_mel_bins"), .frames = 2 * frames};
  transformer.encoder_positions = frames;
  transformer.stack = whisper_stack(values, "decoder", width, true);
  const auto positions = values.number("max_target_positions", 448);
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size"), .positions = positions};
  transformer.most_positions = transformer.usual_sequence = positions;
  put_decoder_head(context, true, false, transformer);
}

void fill_vit(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  auto& stack = transformer.stack;
  stack.width = values.size("hidden_size");
  transformer.patches = Patches{.channels = values.number("num_channels", 3),
                                .side = values.number("image_size", 224),
                                .size = std::max<std::int64_t>(values.number("patch_size", 16), 1)};
  Block block;
  auto& heads = block.heads;
  heads.count = heads.key_count = values.size("num_attention_heads");
  heads.width = std::max<std::int64_t>(stack.width / heads.count, 1);
  if (stack.width % heads.count != 0) values.complain("num_attention_heads", "does not divide the width");
  heads.query_bias = heads.key_bias = heads.value_bias = values.flag("qkv_bias", true);
  heads.output_bias = true;
  block.feed_forward = {.inner = values.size("intermediate_size"),
                        .bias = true,
                        .activation = activation_of(values.text("hidden_act", "gelu"))};
  stack.blocks.assign(static_cast<std::size_t>(values.size("num_hidden_layers")), block);
  transformer.head.push_back({.kind = HeadStep::Kind::first_token});
  if (context.head == HeadKind::none) {
    transformer.head.push_back({.outputs = stack.width});
    transformer.head.push_back({.kind = HeadStep::Kind::activation, .activation = "tanh"});
  } else {
    transformer.head.push_back({.outputs = context.labels});
  }
}

constexpr std::array families{
    ConfigFamily{"t5", HeadKind::language, fill_t5},
    ConfigFamily{"mt5", HeadKind::language, fill_mt5},
    ConfigFamily{"umt5", HeadKind::language, fill_umt5},
    ConfigFamily{"whisper", HeadKind::language, fill_whisper},
    ConfigFamily{"vit", HeadKind::classifier, fill_vit},
};

}  // namespace

std::span<const ConfigFamily> other_families() {
  return families;
}

}  // namespace joulecast::network
