// Families of transformers: what the keys of their configurations mean. Sources are the classes of the same
// names in the library transformers; tests/cli/config_oracle_test.py compares with them.
#pragma once

#include <span>
#include <string_view>

#include "network/transformer/config_values.hpp"
#include "network/transformer/transformer.hpp"

namespace joulecast::network {

/// What stands behind the body, by the ending of the class in "architectures".
enum class HeadKind {
  none,         ///< "BertModel": the body, with its pooler where it has one
  language,     ///< ForCausalLM, LMHeadModel, ForConditionalGeneration
  masked,       ///< ForMaskedLM
  pretraining,  ///< ForPreTraining
  classifier,   ///< ForSequenceClassification, ForImageClassification
  by_token,     ///< ForTokenClassification, ForQuestionAnswering
};

struct ConfigContext {
  HeadKind head = HeadKind::none;
  std::int64_t labels = 2;
  bool is_encoder = false;  ///< of an encoder and a decoder, the first alone: "T5EncoderModel"
};

struct ConfigFamily {
  std::string_view model_type;  ///< "llama"
  HeadKind usual_head;          ///< where the file does not say
  void (*fill)(ConfigValues& values, const ConfigContext& context, Transformer& transformer);
};

/// Llama and its kin: Mistral, Mixtral, Qwen, Gemma, Phi-3, OLMo, …
[[nodiscard]] std::span<const ConfigFamily> llama_families();
/// GPT-2, Neo, J, NeoX (Pythia), OPT, Falcon, MPT, BLOOM, Phi.
[[nodiscard]] std::span<const ConfigFamily> gpt_families();
/// BERT, RoBERTa, DistilBERT, DeBERTa, ModernBERT.
[[nodiscard]] std::span<const ConfigFamily> encoder_families();
/// T5, Whisper, ViT.
[[nodiscard]] std::span<const ConfigFamily> other_families();

/// Name of an activation function in cost.hpp: "silu" is "swish"; "gelu_new" is what the library transformers
/// computes in single operations.
[[nodiscard]] std::string activation_of(const std::string& name);

/// The head of a decoder: the token table turned round, or classes of each token.
void put_decoder_head(const ConfigContext& context, bool tied, bool bias, Transformer& transformer);

/// The sequence if the user gives none: what the model was made for, but no more than 2048 tokens.
void put_usual_sequence(std::int64_t most_positions, Transformer& transformer);

}  // namespace joulecast::network
