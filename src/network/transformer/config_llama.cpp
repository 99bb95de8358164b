// Llama and its kin: RMS norms, rotary positions, a gated feed-forward network, often grouped keys or
// experts.
#include <algorithm>
#include <array>

#include "network/transformer/config_families.hpp"

namespace joulecast::network {
namespace {

/// What a family does differently from Llama.
struct Kin {
  bool query_key_value_bias = false;  ///< the key "attention_bias" may say otherwise
  bool has_qkv_key = false;           ///< that key is "qkv_bias"
  bool output_bias_too = true;        ///< of that key
  bool tied = false;
  std::int64_t head_width = 0;  ///< if the file does not say; 0 = width / heads
  bool head_norms = false;      ///< of queries and keys, of the head's width
  bool whole_norms = false;     ///< of all heads together
  Order order = Order::before;
  bool fused = true;  ///< Gemma 2 limits the products, which no fused attention does
  bool packed = false;
  bool gelu = false;  ///< else SiLU
};

Heads heads_of(ConfigValues& values, const Kin& kin, std::int64_t width) {
  Heads heads;
  heads.count = values.size("num_attention_heads");
  heads.key_count = std::max<std::int64_t>(values.number("num_key_value_heads", heads.count), 1);
  if (heads.count % heads.key_count != 0)
    values.complain("num_key_value_heads",
                    fmt::format("is {}, which does not divide {} heads", heads.key_count, heads.count));
  const auto usual = kin.head_width > 0 ? kin.head_width : std::max<std::int64_t>(width / heads.count, 1);
  heads.width = std::max<std::int64_t>(values.number("head_dim", usual), 1);
  const bool bias = values.flag(kin.has_qkv_key ? "qkv_bias" : "attention_bias", kin.query_key_value_bias);
  heads.query_bias = heads.key_bias = heads.value_bias = bias;
  heads.output_bias = bias && kin.output_bias_too;
  heads.rotary = true;
  heads.fused = kin.fused;
  heads.packed = kin.packed;
  if (kin.head_norms) heads.query_norm = heads.key_norm = heads.width;
  if (kin.whole_norms) {
    heads.query_norm = heads.count * heads.width;
    heads.key_norm = heads.key_count * heads.width;
  }
  return heads;
}

Transformer& put_body(ConfigValues& values, const Kin& kin, Transformer& transformer) {
  auto& stack = transformer.stack;
  stack.width = values.size("hidden_size");
  stack.norm = Norm::rms;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size")};
  Block block;
  block.order = kin.order;
  block.heads = heads_of(values, kin, stack.width);
  auto& network = block.feed_forward;
  network.inner = values.size("intermediate_size");
  network.gated = true;
  network.bias = values.flag("mlp_bias", false);
  network.activation =
      activation_of(values.has("hidden_activation") ? values.text("hidden_activation", "")
                                                    : values.text("hidden_act", kin.gelu ? "gelu" : "silu"));
  stack.blocks.assign(static_cast<std::size_t>(values.size("num_hidden_layers")), block);
  put_usual_sequence(values.length("max_position_embeddings"), transformer);
  return transformer;
}

void put_head(ConfigValues& values, const ConfigContext& context, const Kin& kin, Transformer& transformer) {
  put_decoder_head(context, values.flag("tie_word_embeddings", kin.tied), values.flag("lm_head_bias", false),
                   transformer);
}

template <Kin kin>
void fill(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  put_body(values, kin, transformer);
  put_head(values, context, kin, transformer);
}

constexpr Kin llama{};
constexpr Kin qwen2{.query_key_value_bias = true, .output_bias_too = false};
constexpr Kin qwen2_mixture{.query_key_value_bias = true, .has_qkv_key = true, .output_bias_too = false};
constexpr Kin qwen3{.head_width = 128, .head_norms = true};
constexpr Kin qwen3_mixture{.head_norms = true};
constexpr Kin gemma{.tied = true, .head_width = 256, .gelu = true};
constexpr Kin gemma2{.tied = true, .head_width = 256, .order = Order::around, .fused = false, .gelu = true};
constexpr Kin phi3{.packed = true};
constexpr Kin gemma3{
    .tied = true, .head_width = 256, .head_norms = true, .order = Order::around, .gelu = true};
constexpr Kin cohere{.tied = true, .order = Order::parallel};
constexpr Kin olmo2{.whole_norms = true, .order = Order::parts_behind};
constexpr Kin olmoe{.whole_norms = true};

void fill_cohere(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill<cohere>(values, context, transformer);
  transformer.stack.norm = Norm::layer_without_shift;
  if (!values.flag("use_qk_norm", false)) return;
  for (auto& block : transformer.stack.blocks) {
    block.heads.query_norm = block.heads.count * block.heads.width;
    block.heads.key_norm = block.heads.key_count * block.heads.width;
  }
}

void fill_stablelm(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill<llama>(values, context, transformer);
  transformer.stack.norm = Norm::layer;
  const bool bias = values.flag("use_qkv_bias", false);
  for (auto& block : transformer.stack.blocks) {
    block.heads.query_bias = block.heads.key_bias = block.heads.value_bias = bias;
    if (values.flag("use_parallel_residual", false)) block.order = Order::parallel;
  }
  if (values.flag("qk_layernorm", false)) values.complain("qk_layernorm", "is not known for this model type");
}

void fill_starcoder2(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  put_body(values, llama, transformer);
  transformer.stack.norm = Norm::layer;
  const bool bias = values.flag("use_bias", true);
  for (auto& block : transformer.stack.blocks) {
    auto& heads = block.heads;
    heads.query_bias = heads.key_bias = heads.value_bias = heads.output_bias = bias;
    block.feed_forward.gated = false;
    block.feed_forward.bias = bias;
  }
  put_decoder_head(context, values.flag("tie_word_embeddings", true), false, transformer);
}

/// Gemma 3 with a vision tower: its language model.
void fill_gemma3(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  const auto* text = values.object("text_config");
  if (text == nullptr) return values.complain("text_config", "is missing");
  // Files of the first release leave out what they share with gemma-3-4b.
  auto whole = *text;
  for (const auto& [key, usual] : {std::pair{"vocab_size", 262208},
                                   {"num_attention_heads", 8},
                                   {"num_key_value_heads", 4},
                                   {"head_dim", 256},
                                   {"hidden_size", 2304},
                                   {"num_hidden_layers", 26},
                                   {"intermediate_size", 9216},
                                   {"max_position_embeddings", 131072}})
    if (!whole.contains(key)) whole[key] = usual;
  ConfigValues inner(whole, values.origin() + ": text_config");
  put_body(inner, gemma3, transformer);
  put_head(inner, context, gemma3, transformer);
  if (inner.error()) values.complain("text_config", inner.error()->message);
  if (values.has("vision_config"))
    transformer.notes.push_back("the language model alone: the vision tower is not counted");
}

/// The blocks that have experts: all, or every n-th, without those that the file lists.
template <class Change>
void put_mixtures(ConfigValues& values, Transformer& transformer, Change&& change) {
  const auto every = std::max<std::int64_t>(values.number("decoder_sparse_step", 1), 1);
  const auto without = values.numbers("mlp_only_layers");
  auto& blocks = transformer.stack.blocks;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    if ((index + 1) % every == 0 && std::ranges::find(without, index) == without.end())
      change(blocks[i].feed_forward);
  }
}

void check_experts(ConfigValues& values, const Mixture& mixture) {
  if (mixture.active > mixture.experts)
    values.complain("num_experts_per_tok",
                    fmt::format("is {}, more than the {} experts", mixture.active, mixture.experts));
}

/// Mixtral, Phi-3.5-MoE and OLMoE name the experts' width as that of a dense network.
template <Kin kin, int experts, int active>
void fill_mixture(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  put_body(values, kin, transformer);
  Mixture mixture;
  mixture.experts = values.has("num_local_experts") ? values.size("num_local_experts")
                                                    : values.number("num_experts", experts);
  mixture.active = values.number("num_experts_per_tok", active);
  check_experts(values, mixture);
  put_mixtures(values, transformer, [&](FeedForward& network) {
    mixture.inner = network.inner;
    network.mixture = mixture;
  });
  put_head(values, context, kin, transformer);
}

void fill_phimoe(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill_mixture<llama, 16, 2>(values, context, transformer);
  transformer.stack.norm = Norm::layer;
}

template <Kin kin>
void fill_qwen_mixture(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  put_body(values, kin, transformer);
  Mixture mixture;
  mixture.experts = values.size({"num_experts", "num_local_experts"});
  mixture.active = values.size("num_experts_per_tok");
  check_experts(values, mixture);
  mixture.inner = values.size("moe_intermediate_size");
  mixture.shared_inner = values.number("shared_expert_intermediate_size", 0);
  mixture.shared_gate = mixture.shared_inner > 0;
  put_mixtures(values, transformer, [&](FeedForward& network) { network.mixture = mixture; });
  put_head(values, context, kin, transformer);
}

constexpr std::array families{
    ConfigFamily{"llama", HeadKind::language, fill<llama>},
    ConfigFamily{"granite", HeadKind::language, fill<llama>},
    ConfigFamily{"cohere", HeadKind::language, fill_cohere},
    ConfigFamily{"stablelm", HeadKind::language, fill_stablelm},
    ConfigFamily{"starcoder2", HeadKind::language, fill_starcoder2},
    ConfigFamily{"mistral", HeadKind::language, fill<llama>},
    ConfigFamily{"ministral", HeadKind::language, fill<llama>},
    ConfigFamily{"mixtral", HeadKind::language, fill_mixture<llama, 8, 2>},
    ConfigFamily{"qwen2", HeadKind::language, fill<qwen2>},
    ConfigFamily{"qwen2_moe", HeadKind::language, fill_qwen_mixture<qwen2_mixture>},
    ConfigFamily{"qwen3", HeadKind::language, fill<qwen3>},
    ConfigFamily{"qwen3_moe", HeadKind::language, fill_qwen_mixture<qwen3_mixture>},
    ConfigFamily{"gemma", HeadKind::language, fill<gemma>},
    ConfigFamily{"gemma2", HeadKind::language, fill<gemma2>},
    ConfigFamily{"gemma3_text", HeadKind::language, fill<gemma3>},
    ConfigFamily{"gemma3", HeadKind::language, fill_gemma3},
    ConfigFamily{"phi3", HeadKind::language, fill<phi3>},
    ConfigFamily{"phimoe", HeadKind::language, fill_phimoe},
    ConfigFamily{"olmo2", HeadKind::language, fill<olmo2>},
    ConfigFamily{"olmoe", HeadKind::language, fill_mixture<olmoe, 64, 8>},
};

}  // namespace

std::span<const ConfigFamily> llama_families() {
  return families;
}

}  // namespace joulecast::network
