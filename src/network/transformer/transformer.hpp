// Transformers by their values: one description from which every family of language, vision and speech models
// is built. config.hpp fills it from a Hugging Face configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "network/network.hpp"

namespace joulecast::network {

enum class Norm { layer, layer_without_shift, rms };

/// A position-dependent part of the attention's products that is itself a product: queries and keys with
/// projections of `rows` learned relative positions (DeBERTa).
struct RelativeProducts {
  std::int64_t rows = 0;
  int terms = 0;                 ///< 1: position to content or content to position, 2: both
  bool own_projections = false;  ///< of the positions; else those of queries and keys serve
  bool cut = false;              ///< no more of them than twice the tokens take part
};

/// The projections of one attention, and its heads.
struct Heads {
  std::int64_t count = 1;
  std::int64_t key_count = 1;  ///< heads of keys and values; fewer than `count` if groups share them
  std::int64_t width = 1;      ///< of a head's queries and keys
  bool query_bias = false, key_bias = false, value_bias = false, output_bias = false;
  /// Learned values of the normalisation of queries, and of keys; 0 = not normalised.
  std::int64_t query_norm = 0, key_norm = 0;
  bool rotary = false;
  /// Queries, keys and values are parts of one product's output, which stays whole while values are kept.
  bool packed = false;
  /// By PyTorch's scaled_dot_product_attention; else in single operations, which keep the products.
  bool fused = true;
  std::int64_t position_biases = 0;  ///< learned values that are added to the products (T5)
  std::optional<RelativeProducts> relative = std::nullopt;
};

/// Several feed-forward networks, of which each token takes some.
struct Mixture {
  std::int64_t experts = 0, active = 0;
  std::int64_t inner = 0;
  std::int64_t shared_inner = 0;  ///< of one that every token takes; 0 = none
  bool shared_gate = false;       ///< a learned weight of it
  bool bias = false;              ///< of the experts' products
  bool router_bias = false;
};

struct FeedForward {
  std::int64_t inner = 0;
  bool gated = false;  ///< act(gate) x up, three products in place of two
  bool bias = false;
  std::string activation = "gelu";
  std::optional<Mixture> mixture = std::nullopt;
};

enum class Order {
  before,        ///< norm, attention, +; norm, feed-forward, +
  after,         ///< attention, +, norm; feed-forward, +, norm
  around,        ///< norms before and behind both (Gemma 2)
  parallel,      ///< x + attention(norm(x)) + feed-forward(norm(x)), one norm for both
  parallel_own,  ///< the same with a norm each
  parts_behind,  ///< attention, norm, +; feed-forward, norm, + (OLMo 2)
};

struct Block {
  Order order = Order::before;
  bool first_norm = true;  ///< false: the first norm is left out (ModernBERT's first block)
  Heads heads;
  std::optional<Heads> cross = std::nullopt;  ///< attention to an encoder's output, with a norm of its own
  FeedForward feed_forward;
};

struct Stack {
  std::int64_t width = 1;
  Norm norm = Norm::layer;
  bool final_norm = true;
  std::vector<Block> blocks;
};

/// What turns token numbers into vectors.
struct TokenTable {
  std::int64_t vocabulary = 0;
  std::int64_t width = 0;      ///< another than the stack's is projected to it
  std::int64_t positions = 0;  ///< learned
  std::int64_t segments = 0;
  bool norm = false;
  bool tied = false;  ///< the table is another stack's and counted there
};

/// What comes behind the last stack, step by step.
struct HeadStep {
  enum class Kind { dense, norm, activation, first_token, mean_token } kind = Kind::dense;
  std::int64_t outputs = 0;
  bool bias = true;
  bool tied = false;  ///< the weights are the token table's
  std::string activation = {};
};

/// Windows of an image as tokens.
struct Patches {
  std::int64_t channels = 3, side = 224, size = 16;
  bool class_token = true, position = true, bias = true;
};

/// Two convolutions over a spectrogram, the second with stride 2 (Whisper).
struct Spectrogram {
  std::int64_t bins = 80, frames = 3000;
};

struct Transformer {
  std::string name, origin;
  std::optional<Stack> encoder = std::nullopt;  ///< of a network with two stacks
  std::optional<TokenTable> encoder_tokens = std::nullopt;
  std::optional<Patches> patches = std::nullopt;          ///< of the only stack
  std::optional<Spectrogram> spectrogram = std::nullopt;  ///< of the encoder
  std::int64_t encoder_positions = 0;
  std::optional<TokenTable> tokens = std::nullopt;
  Stack stack;
  std::int64_t relative_rows = 0;  ///< learned relative positions that all blocks share (DeBERTa)
  bool relative_norm = false;      ///< a norm of theirs
  /// Kernel of a convolution over the tokens beside the first block, with a norm; 0 = none.
  std::int64_t first_convolution = 0;
  std::vector<HeadStep> head;
  std::vector<HeadStep> aside;        ///< a second head, likewise behind the stack
  std::int64_t usual_sequence = 512;  ///< if the user gives none
  std::int64_t most_positions = 0;    ///< that its position table allows; 0 = any
  std::vector<std::string> notes;
};

/// `sequence`: tokens of a sample, of both stacks of a text-to-text network; `image`: 3x384x384. Attention is
/// counted in full, causal or in windows or not, as PyTorch's scaled_dot_product_attention computes it with a
/// mask. invalid for a sequence or an image that the network cannot take.
[[nodiscard]] Result<ArchitectureFeatures> build_transformer(const Transformer& transformer,
                                                             std::optional<std::int64_t> sequence,
                                                             const std::optional<Shape>& image);

}  // namespace joulecast::network
