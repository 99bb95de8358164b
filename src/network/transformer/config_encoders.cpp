// Encoders of text: BERT and its kin.
#include <algorithm>
#include <array>

#include "network/transformer/config_families.hpp"

namespace joulecast::network {
namespace {

using Kind = HeadStep::Kind;

HeadStep dense(std::int64_t outputs, bool bias = true) {
  return {.kind = Kind::dense, .outputs = outputs, .bias = bias};
}
HeadStep activation(const std::string& name) {
  return {.kind = Kind::activation, .activation = name};
}
HeadStep norm(bool shift = true) {
  return {.kind = Kind::norm, .bias = shift};
}
HeadStep output(std::int64_t vocabulary, bool tied, bool bias = true) {
  return {.kind = Kind::dense, .outputs = vocabulary, .bias = bias, .tied = tied};
}
const HeadStep first_token{.kind = Kind::first_token};

void append(std::vector<HeadStep>& steps, std::initializer_list<HeadStep> more) {
  steps.insert(steps.end(), more);
}

/// What most encoders of this time share: post-norm blocks with biases, learned positions.
void put_bert_body(ConfigValues& values, Transformer& transformer, std::int64_t position_offset) {
  auto& stack = transformer.stack;
  stack.width = values.size("hidden_size");
  stack.final_norm = false;
  const auto positions = values.size("max_position_embeddings");
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size"),
                                  .positions = positions,
                                  .segments = values.number("type_vocab_size", 2),
                                  .norm = true};
  transformer.most_positions = std::max<std::int64_t>(positions - position_offset, 1);
  constexpr std::int64_t usual = 512;
  transformer.usual_sequence = std::min(transformer.most_positions, usual);
  Block block;
  block.order = Order::after;
  auto& heads = block.heads;
  heads.count = heads.key_count = values.size("num_attention_heads");
  heads.width = std::max<std::int64_t>(stack.width / heads.count, 1);
  if (stack.width % heads.count != 0) values.complain("num_attention_heads", "does not divide the width");
  heads.query_bias = heads.key_bias = heads.value_bias = heads.output_bias = true;
  block.feed_forward = {.inner = values.size("intermediate_size"),
                        .bias = true,
                        .activation = activation_of(values.text("hidden_act", "gelu"))};
  stack.blocks.assign(static_cast<std::size_t>(values.size("num_hidden_layers")), block);
}

/// What BERT and its kin put on the first token before it is classified; some keep it where nothing is
/// classified.
struct Pooler {
  const char* activation;
  bool kept_without_labels;
};

/// The heads of BERT and its kin: labels of the text from its first token, labels of each token, or the words
/// that were masked.
void put_encoder_head(ConfigValues& values, const ConfigContext& context, const Pooler& pooler,
                      Transformer& transformer) {
  const auto width = transformer.stack.width;
  auto& head = transformer.head;
  const std::initializer_list<HeadStep> pooled = {first_token, dense(width), activation(pooler.activation)};
  switch (context.head) {
    case HeadKind::none:
      if (pooler.kept_without_labels) append(head, pooled);
      break;
    case HeadKind::classifier:
      append(head, pooled);
      append(head, {dense(context.labels)});
      break;
    case HeadKind::by_token:
      append(head, {dense(context.labels)});
      break;
    case HeadKind::pretraining:
    case HeadKind::masked:
    case HeadKind::language:
      append(head, {dense(width), activation("gelu"), norm(),
                    output(transformer.tokens->vocabulary, values.flag("tie_word_embeddings", true))});
      break;
  }
}

void fill_bert(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  put_bert_body(values, transformer, 0);
  put_encoder_head(values, context, {.activation = "tanh", .kept_without_labels = true}, transformer);
  if (context.head != HeadKind::pretraining) return;
  // beside the masked words: does the second sentence follow the first?
  append(transformer.aside, {first_token, dense(transformer.stack.width), activation("tanh"), dense(2)});
}

void fill_roberta(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  constexpr std::int64_t padding = 2;  // positions are counted from the padding's number on
  put_bert_body(values, transformer, padding);
  put_encoder_head(values, context, {.activation = "tanh", .kept_without_labels = true}, transformer);
}

void fill_distilbert(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  auto& stack = transformer.stack;
  stack.width = values.size({"dim", "hidden_size"});
  stack.final_norm = false;
  const auto positions = values.size("max_position_embeddings");
  transformer.tokens =
      TokenTable{.vocabulary = values.size("vocab_size"), .positions = positions, .norm = true};
  transformer.most_positions = transformer.usual_sequence = positions;
  Block block;
  block.order = Order::after;
  auto& heads = block.heads;
  heads.count = heads.key_count = values.size({"n_heads", "num_attention_heads"});
  heads.width = std::max<std::int64_t>(stack.width / heads.count, 1);
  heads.query_bias = heads.key_bias = heads.value_bias = heads.output_bias = true;
  block.feed_forward = {.inner = values.size("hidden_dim"), .bias = true};
  stack.blocks.assign(static_cast<std::size_t>(values.size({"n_layers", "num_hidden_layers"})), block);
  put_encoder_head(values, context, {.activation = "relu", .kept_without_labels = false}, transformer);
}

void put_relative_positions(ConfigValues& values, std::int64_t positions, bool first,
                            Transformer& transformer) {
  const auto buckets = values.length(first ? "max_relative_positions" : "position_buckets");
  const auto span = buckets > 0 ? buckets : positions;  // -1: as many as positions
  const auto kinds = values.texts("pos_att_type");
  const auto has = [&](const char* kind) { return std::ranges::find(kinds, kind) != kinds.end(); };
  transformer.relative_rows = 2 * span;
  transformer.relative_norm = values.text("norm_rel_ebd", "none").find("layer_norm") != std::string::npos;
  for (auto& block : transformer.stack.blocks)
    block.heads.relative = RelativeProducts{.rows = 2 * span,
                                            .terms = (has("c2p") ? 1 : 0) + (has("p2c") ? 1 : 0),
                                            .own_projections = first || !values.flag("share_att_key", false),
                                            .cut = first};
}

/// DeBERTa: products with relative positions beside those of queries and keys. The first version projects
/// them on their own and has no bias of keys.
void fill_deberta(ConfigValues& values, const ConfigContext& context, Transformer& transformer, bool first) {
  put_bert_body(values, transformer, 0);
  auto& stack = transformer.stack;
  const auto width = stack.width;
  auto& tokens = *transformer.tokens;
  const auto positions = tokens.positions;
  tokens.segments = values.number("type_vocab_size", 0);
  if (!values.flag("position_biased_input", true)) tokens.positions = transformer.most_positions = 0;
  if (const auto narrow = values.number("embedding_size", width); narrow != width) tokens.width = narrow;
  for (auto& block : stack.blocks) {
    block.heads.fused = false;
    block.heads.key_bias = !first;
  }
  if (values.flag("relative_attention", false)) put_relative_positions(values, positions, first, transformer);
  if (const auto kernel = values.number("conv_kernel_size", 0); kernel > 0)
    transformer.first_convolution = kernel;
  put_encoder_head(values, context, {.activation = "gelu", .kept_without_labels = false}, transformer);
}

void fill_deberta_v1(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill_deberta(values, context, transformer, true);
}
void fill_deberta_v2(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  fill_deberta(values, context, transformer, false);
}

void fill_modernbert(ConfigValues& values, const ConfigContext& context, Transformer& transformer) {
  auto& stack = transformer.stack;
  stack.width = values.size("hidden_size");
  const bool norm_shift = values.flag("norm_bias", false);
  stack.norm = norm_shift ? Norm::layer : Norm::layer_without_shift;
  transformer.tokens = TokenTable{.vocabulary = values.size("vocab_size"), .norm = true};
  constexpr std::int64_t usual = 512;
  transformer.usual_sequence = usual;
  Block block;
  auto& heads = block.heads;
  heads.count = heads.key_count = values.size("num_attention_heads");
  heads.width = std::max<std::int64_t>(stack.width / heads.count, 1);
  heads.query_bias = heads.key_bias = heads.value_bias = heads.output_bias =
      values.flag("attention_bias", false);
  heads.packed = true;
  heads.rotary = true;
  block.feed_forward = {.inner = values.size("intermediate_size"),
                        .gated = true,
                        .bias = values.flag("mlp_bias", false),
                        .activation = activation_of(values.text("hidden_activation", "gelu"))};
  stack.blocks.assign(static_cast<std::size_t>(values.size("num_hidden_layers")), block);
  stack.blocks.front().first_norm = false;
  auto& head = transformer.head;
  if (context.head == HeadKind::none) return;
  if (context.head == HeadKind::classifier)
    append(head, {values.text("classifier_pooling", "cls") == "mean" ? HeadStep{.kind = Kind::mean_token}
                                                                     : first_token});
  append(head,
         {dense(stack.width, values.flag("classifier_bias", false)), activation("gelu"), norm(norm_shift)});
  const bool labels = context.head == HeadKind::classifier || context.head == HeadKind::by_token;
  append(head, {labels ? dense(context.labels)
                       : output(transformer.tokens->vocabulary, values.flag("tie_word_embeddings", true),
                                values.flag("decoder_bias", true))});
}

constexpr std::array families{
    ConfigFamily{"bert", HeadKind::none, fill_bert},
    ConfigFamily{"roberta", HeadKind::none, fill_roberta},
    ConfigFamily{"xlm-roberta", HeadKind::none, fill_roberta},
    ConfigFamily{"camembert", HeadKind::none, fill_roberta},
    ConfigFamily{"distilbert", HeadKind::none, fill_distilbert},
    ConfigFamily{"deberta", HeadKind::none, fill_deberta_v1},
    ConfigFamily{"deberta-v2", HeadKind::none, fill_deberta_v2},
    ConfigFamily{"modernbert", HeadKind::none, fill_modernbert},
};

}  // namespace

std::span<const ConfigFamily> encoder_families() {
  return families;
}

}  // namespace joulecast::network
