// GPT-2 and what came after it: layer norms, two products in the feed-forward network.
#include <algorithm>
#include <array>

#include "network/transformer/config_families.hpp"

namespace joulecast::network {
namespace {

void set_biases(Heads& heads, bool bias) {
  heads.query_bias = heads.key_bias = heads.value_bias = heads.output_bias = bias;
}

/// Heads that divide the width evenly.
Heads even_heads(ConfigValues& values, std::string_view key, std::int64_t width, bool bias) {
  Heads heads;
  heads.count = heads.key_count = values.size(key);
  heads.width = std::max<std::int64_t>(width / heads.count, 1);
  if (width % heads.count != 0) values.complain(key, "does not divide the width");
  set_biases(heads, bias);
  return heads;
}

void put_blocks(const Block& block, std::int64_t count, Transformer& transformer) {
  transformer.stack.blocks.assign(static_cast<std::size_t>(count), block);
}

/// Learned positions: the table's size is the longest sequence.
void put_positions(std::int64_t positions, std::int64_t offset, Transformer& transformer) {
  transformer.tokens->positions = positions + offset;
  transformer.most_positions = positions;
  put_usual_sequence(positions, transformer);
}

void fill_gpt2(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size({"n_embd", "hidden_size"});
  transformer.stack.width = width;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  put_positions(values.size({"n_positions", "max_position_embeddings"}), 0, transformer);
  Block block;
  block.heads = even_heads(values, values.has("n_head") ? "n_head" : "num_attention_heads", width, true);
  block.feed_forward = {.inner = values.number("n_inner", 4 * width),
                        .bias = true,
                        .activation = activation_of(values.text("activation_function", "gelu_new"))};
  put_blocks(block, values.size({"n_layer", "num_hidden_layers"}), transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", true), false, transformer);
}

void fill_gpt_neo(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size("hidden_size");
  transformer.stack.width = width;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  put_positions(values.size("max_position_embeddings"), 0, transformer);
  Block block;
  block.heads =
      even_heads(values, values.has("num_heads") ? "num_heads" : "num_attention_heads", width, false);
  block.heads.output_bias = true;
  block.feed_forward = {.inner = values.number("intermediate_size", 4 * width),
                        .bias = true,
                        .activation = activation_of(values.text("activation_function", "gelu_new"))};
  put_blocks(block, values.size({"num_layers", "num_hidden_layers"}), transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", true), false, transformer);
}

void fill_gptj(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size({"n_embd", "hidden_size"});
  transformer.stack.width = width;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  Block block;
  block.order = Order::parallel;
  block.heads = even_heads(values, values.has("n_head") ? "n_head" : "num_attention_heads", width, false);
  block.heads.rotary = true;
  block.heads.fused = false;
  block.feed_forward = {.inner = values.number("n_inner", 4 * width),
                        .bias = true,
                        .activation = activation_of(values.text("activation_function", "gelu_new"))};
  put_blocks(block, values.size({"n_layer", "num_hidden_layers"}), transformer);
  put_usual_sequence(values.length("n_positions"), transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", false), true, transformer);
}

/// GPT-NeoX and Pythia.
void fill_gpt_neox(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size("hidden_size");
  transformer.stack.width = width;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  Block block;
  block.order = values.flag("use_parallel_residual", true) ? Order::parallel_own : Order::before;
  block.heads = even_heads(values, "num_attention_heads", width, values.flag("attention_bias", true));
  block.heads.rotary = true;
  block.heads.packed = true;
  block.feed_forward = {.inner = values.size("intermediate_size"),
                        .bias = true,
                        .activation = activation_of(values.text("hidden_act", "gelu"))};
  put_blocks(block, values.size("num_hidden_layers"), transformer);
  put_usual_sequence(values.length("max_position_embeddings"), transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", false), false, transformer);
}

void fill_opt(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  constexpr std::int64_t offset = 2;  // positions that OPT leaves free
  const auto width = values.size("hidden_size");
  const bool before = values.flag("do_layer_norm_before", true);
  const bool biases = values.flag("enable_bias", true);
  auto& stack = transformer.stack;
  stack.width = width;
  stack.final_norm = before && !values.flag("_remove_final_layer_norm", false);
  const auto narrow = values.number("word_embed_proj_dim", width);
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size"), .width = narrow};
  put_positions(values.size("max_position_embeddings"), offset, transformer);
  Block block;
  block.order = before ? Order::before : Order::after;
  block.heads = even_heads(values, "num_attention_heads", width, biases);
  block.feed_forward = {.inner = values.size("ffn_dim"),
                        .bias = biases,
                        .activation = activation_of(values.text("activation_function", "relu"))};
  put_blocks(block, values.size("num_hidden_layers"), transformer);
  if (narrow != width) transformer.head.push_back({.outputs = narrow, .bias = false});
  put_decoder_head(context, values.flag("tie_word_embeddings", true), false, transformer);
}

void fill_falcon(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size({"hidden_size", "n_embed"});
  const bool grouped = values.flag("new_decoder_architecture", false);
  const bool parallel = grouped || values.flag("parallel_attn", true);
  transformer.stack.width = width;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  Block block;
  // The new architecture has a norm for each branch, unless the file says one.
  const bool one_norm = values.number("num_ln_in_parallel_attn", 2) == 1;
  block.order = !parallel ? Order::before : grouped && !one_norm ? Order::parallel_own : Order::parallel;
  const bool bias = values.flag("bias", false);
  block.heads =
      even_heads(values, values.has("num_attention_heads") ? "num_attention_heads" : "n_head", width, bias);
  if (grouped)
    block.heads.key_count = values.number("num_kv_heads", block.heads.count);
  else if (values.flag("multi_query", true))
    block.heads.key_count = 1;
  block.heads.rotary = !values.flag("alibi", false);
  block.heads.packed = true;
  block.feed_forward = {.inner = values.number("ffn_hidden_size", 4 * width),
                        .bias = bias,
                        .activation = activation_of(values.text("activation", "gelu"))};
  put_blocks(block, values.size({"num_hidden_layers", "n_layer"}), transformer);
  put_usual_sequence(values.length("max_position_embeddings"), transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", true), false, transformer);
}

void fill_mpt(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size({"d_model", "hidden_size"});
  transformer.stack.width = width;
  transformer.stack.norm = Norm::layer_without_shift;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  Block block;
  block.heads = even_heads(values, values.has("n_heads") ? "n_heads" : "num_attention_heads", width, false);
  block.heads.fused = false;
  block.feed_forward = {.inner = values.number("expansion_ratio", 4) * width};
  put_blocks(block, values.size({"n_layers", "num_hidden_layers"}), transformer);
  put_usual_sequence(values.length("max_seq_len"), transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", true), false, transformer);
}

void fill_bloom(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size({"hidden_size", "n_embed"});
  transformer.stack.width = width;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size"), .norm = true};
  Block block;
  block.heads = even_heads(values, values.has("n_head") ? "n_head" : "num_attention_heads", width, true);
  block.heads.fused = false;
  block.feed_forward = {.inner = 4 * width, .bias = true};
  put_blocks(block, values.size({"n_layer", "num_hidden_layers"}), transformer);
  put_usual_sequence(0, transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", true), false, transformer);
}

/// Phi-1, 1.5 and 2.
void fill_phi(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto width = values.size("hidden_size");
  transformer.stack.width = width;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  Block block;
  block.order = Order::parallel;
  block.heads = even_heads(values, "num_attention_heads", width, true);
  block.heads.key_count = values.number("num_key_value_heads", block.heads.count);
  block.heads.rotary = true;
  if (values.flag("qk_layernorm", false))
    block.heads.query_norm = block.heads.key_norm = 2 * block.heads.width;
  block.feed_forward = {.inner = values.size("intermediate_size"),
                        .bias = true,
                        .activation = activation_of(values.text("hidden_act", "gelu_new"))};
  put_blocks(block, values.size("num_hidden_layers"), transformer);
  put_usual_sequence(values.length("max_position_embeddings"), transformer);
  put_decoder_head(context, values.flag("tie_word_embeddings", false), true, transformer);
}

constexpr std::array families{
    ConfigFamily{"gpt2", HeadKind::language, fill_gpt2},
    ConfigFamily{"gpt_neo", HeadKind::language, fill_gpt_neo},
    ConfigFamily{"gptj", HeadKind::language, fill_gptj},
    ConfigFamily{"gpt_neox", HeadKind::language, fill_gpt_neox},
    ConfigFamily{"opt", HeadKind::language, fill_opt},
    ConfigFamily{"falcon", HeadKind::language, fill_falcon},
    ConfigFamily{"mpt", HeadKind::language, fill_mpt},
    ConfigFamily{"bloom", HeadKind::language, fill_bloom},
    ConfigFamily{"phi", HeadKind::language, fill_phi},
};

}  // namespace

std::span<const ConfigFamily> gpt_families() {
  return families;
}

}  // namespace joulecast::network
