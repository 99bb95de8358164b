// The time of a training step as a sum of terms (docs/prediction.md, "Steps").
//
//   gpu   = arithmetic + activations + weights + attention        per sample, on one GPU
//   t     = (gpu^m + launches^m)^(1/m) + exchange within a node + exchange between nodes
//
// Each term is what data sheets give, work over a peak rate, times factors that were learned: one for every
// GPU, one for the software, one for the generation of the board and so on.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "estimate/offline/sample.hpp"

namespace joulecast::estimate {

enum class StepTerm {
  arithmetic,
  activations,
  weights,  ///< reading them, and the optimiser's traffic
  attention_arithmetic,
  attention_scores,
  launches,
  node_exchange,  ///< of gradients within a node
  net_exchange,   ///< between nodes
};
constexpr std::size_t step_term_count = 8;

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

/// What arithmetic a precision uses on a board.
enum class Unit { fp32, tf32, mixed, half, fp8, fp4 };
[[nodiscard]] Unit unit_of(const std::string& precision);
/// Peak rate in TFLOP/s: that of the unit if the board has it, else the best that it has in place.
[[nodiscard]] double peak_tflops(const hardware::Gpu& gpu, const std::string& precision);

/// Sources whose names differ in a version alone, "mlperf-v1.0" and "mlperf-v5.0", are one kind of software;
/// with what a step does: training or forward passes alone.
[[nodiscard]] std::string software_of(const Sample& sample);

/// Samples of one GPU in a step, all its micro-batches together. For samples with a step.
[[nodiscard]] double samples_of_gpu(const Sample& sample);
[[nodiscard]] double micro_batch_of(const Sample& sample);

/// For samples with a step.
[[nodiscard]] StepTerms step_terms(const Sample& sample);

}  // namespace joulecast::estimate
