// The time of a training step as a sum of terms (docs/prediction.md, "Steps").
//
//   gpu = arithmetic + activations + weights + attention + partial waves    per sample, on one GPU
//   t   = (gpu^m + launches^m)^(1/m) + exchanges within a node, between nodes, of tokens and of tensors
//
// Each term is what data sheets give, work over a peak rate, times factors that were learned: one for every
// GPU, one for the software, one for the generation of the board and so on.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "estimate/offline/sample.hpp"
#include "estimate/offline/speed/unit_rates.hpp"

namespace joulecast::estimate {

enum class StepTerm {
  arithmetic,            ///< of plain products
  grouped_arithmetic,    ///< of convolutions, where they are known by kind
  depthwise_arithmetic,  ///< likewise
  plain_fp32,            ///< of products that stay in FP32 where convolutions use TF32
  activations,
  weights,  ///< reading them, and the optimiser's traffic
  attention_arithmetic,
  attention_scores,
  partial_waves,  ///< of products whose last tiles leave part of the board idle
  launches,
  node_exchange,    ///< of gradients within a node
  net_exchange,     ///< between nodes
  token_exchange,   ///< of tokens among experts
  tensor_exchange,  ///< of layers' outputs in a tensor-parallel group
};
constexpr std::size_t step_term_count = 14;

/// A learned factor: the model multiplies by exp() of its value. The logarithm's prior is normal.
struct Factor {
  std::string name;
  double mean = 0;  ///< logarithm
  double sd = 0;    ///< of the logarithm
};

struct StepTerms {
  std::array<double, step_term_count> seconds{};  ///< of one sample of one GPU, at peak rates
  std::array<std::vector<Factor>, step_term_count> factors;
  std::vector<Factor> all;  ///< factors of the whole GPU time: of networks of which nothing is known
};

/// Of all products but attention's among tokens, whether they are known by kind or not.
[[nodiscard]] double product_seconds(const StepTerms& terms);

/// The source without its version, and what a step does: training or forward passes alone.
[[nodiscard]] std::string software_of(const Sample& sample);

/// Samples of one GPU in a step, all its micro-batches together. For samples with a step.
[[nodiscard]] double samples_of_gpu(const Sample& sample);
[[nodiscard]] double micro_batch_of(const Sample& sample);
/// Time of a step over that of its work in a pipeline, where stages wait for the first micro-batch to come
/// and the last to leave: 1 + (stages - 1) / (virtual stages x micro-batches) (Narayanan et al. 2021, 2.2).
[[nodiscard]] double pipeline_bubble(const Sample& sample);
/// The multiprocessors' share of a transformer's products that the last, partly filled wave of tiles adds to
/// the work at peak, weighted by the products' sizes: 1 / waves, where a product of r x c outputs has
/// r c / (tile x multiprocessors) waves (Lee et al. 2025, NeuSight). 0 for networks of unknown width.
[[nodiscard]] double partial_wave_share(const Sample& sample);

/// No step is faster, in seconds per sample of all GPUs together: its plain products at the unit's stated
/// peak and a little more, less what Winograd's algorithm saves of convolutions (rows of throughput.csv reach
/// up to 138 % of a board's FP32 peak by it). 0 where the work or the precision is not told. For samples with
/// a step.
[[nodiscard]] double least_step_time(const Sample& sample);

/// For samples with a step.
[[nodiscard]] StepTerms step_terms(const Sample& sample);

}  // namespace joulecast::estimate
