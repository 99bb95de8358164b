#include "estimate/offline/speed/step_terms.hpp"

#include <algorithm>
#include <cmath>

#include "estimate/offline/speed/node.hpp"
#include "estimate/offline/speed/step_factors.hpp"
#include "hardware/generation.hpp"

namespace joulecast::estimate {
namespace {

constexpr double tera = 1e12, giga = 1e9, mega = 1e6, micro = 1e-6;
constexpr double flops_per_mac = 2;
constexpr double usual_batch = 32;
/// Bytes of an activation as it is written to memory, a mean over those that a precision keeps.
double bytes_of(Unit unit) {
  switch (unit) {
    case Unit::fp32:
    case Unit::tf32:
      return 4;
    case Unit::mixed:
      return 2.5;
    case Unit::half:
    case Unit::fp8:
    case Unit::fp4:
      break;
  }
  return 2;
}

/// Boards of two dies, each of which is a GPU to a framework (AMD's MI250 and MI250X): the share of the board
/// that one of them is.
double share_of_board(const hardware::Gpu& gpu) {
  return gpu.name.starts_with("MI250") ? 0.5 : 1;
}

/// A step's passes over those of a forward pass, of which `trained` would be without checkpointing.
double passes_of(const Step& step, double trained) {
  if (!step.setup.training) return 1;
  // What no gradient passes is not computed again. A backward pass costs at least as much as the forward
  // pass.
  return trained + (step.setup.checkpointing ? std::min(1.0, trained - 1) : 0);
}

/// Bytes that each GPU of a tensor-parallel group sends for one sample: in each layer of a transformer two
/// sums over all GPUs forward and two backward, of the layer's output in 16 bits (Shoeybi et al. 2019), each
/// 2 (n - 1) / n times around a ring.
double exchanged_tensor_bytes(const Step& step) {
  constexpr double sums = 4, bytes = 2;
  const double gpus = step.setup.tensor_parallel;
  return sums * step.work.layers * step.work.tokens * step.work.width * bytes * 2 * (gpus - 1) / gpus;
}

/// Bytes that a sample's tokens take to experts on other GPUs: in each layer to their experts and back, in
/// the forward pass and in the backward pass, in 16 bits.
double exchanged_token_bytes(const Step& step) {
  constexpr double experts_of_token = 6, ways = 4, bytes = 2;  // of published mixtures 2 to 8
  const double elsewhere = 1 - 1 / step.setup.expert_parallel;
  return step.work.tokens * step.work.layers * step.work.width * experts_of_token * ways * bytes * elsewhere;
}

double gmacs_of(const StepWork& work, ProductKind kind) {
  return work.gmacs_of[static_cast<std::size_t>(kind)];
}

/// Products that stay in FP32 where convolutions use TF32.
double fp32_gmacs(const StepWork& work, const std::string& precision) {
  if (!is_unasked(precision)) return 0;
  return gmacs_of(work, ProductKind::dense) + gmacs_of(work, ProductKind::attention);
}

/// All other products but grouped convolutions.
double plain_gmacs(const StepWork& work, const std::string& precision) {
  return work.gmacs - gmacs_of(work, ProductKind::grouped) - gmacs_of(work, ProductKind::depthwise) -
         fp32_gmacs(work, precision);
}

/// The plain products' share that is convolutions over several positions: of images all, where kinds are not
/// known.
double spatial_share(const Step& step, const std::string& precision) {
  if (!step.work.composed) return step.work.transformer ? 0 : 1;
  const double plain = plain_gmacs(step.work, precision);
  return plain > 0 ? std::min(1.0, gmacs_of(step.work, ProductKind::spatial) / plain) : 0;
}

/// Millions of elements: of networks known by kinds, what products and other kernels write together, in
/// outputs of products of a usual network on images, whose other kernels write 2.7 times as much.
double written_m(const StepWork& work) {
  if (!work.composed) return work.activations_m;
  constexpr double usual_others = 2.7, of_product = 1.4;  // traffic of an output over that of another element
  return (of_product * work.activations_m + work.other_m) / (of_product + usual_others);
}

void put_seconds(const Sample& sample, StepTerms& terms) {
  const auto& setup = sample.step->setup;
  const auto& work = sample.step->work;
  const auto unit = unit_of(sample.training.precision);
  const double passes = passes_of(*sample.step, work.product_passes),
               writes = passes_of(*sample.step, work.output_passes), die = share_of_board(sample.gpu),
               bandwidth = sample.gpu.bandwidth_gb_s * giga * die;
  const double peak = sustained_tflops(sample.gpu, sample.training.precision) * tera * die;
  const double bubble = pipeline_bubble(sample);
  const auto put = [&](StepTerm term, double seconds) {
    terms.seconds[static_cast<std::size_t>(term)] = seconds;
  };
  const double params = work.params_m * mega, trained = params * work.trained_share,
               in_step = samples_of_gpu(sample);
  const double group = setup.tensor_parallel * setup.pipeline_parallel * setup.context_parallel;
  const auto arithmetic = [&](double gmacs, double tflops) {
    return flops_per_mac * gmacs * giga * passes / (tflops * tera * die) * bubble;
  };
  const double tflops = sustained_tflops(sample.gpu, sample.training.precision);
  const double products = arithmetic(work.gmacs, tflops);
  const auto& precision = sample.training.precision;
  put(StepTerm::arithmetic, arithmetic(plain_gmacs(work, precision), tflops));
  put(StepTerm::grouped_arithmetic, arithmetic(gmacs_of(work, ProductKind::grouped), tflops));
  put(StepTerm::depthwise_arithmetic, arithmetic(gmacs_of(work, ProductKind::depthwise), tflops));
  put(StepTerm::plain_fp32, arithmetic(fp32_gmacs(work, precision), sustained_tflops(sample.gpu, "fp32")));
  put(StepTerm::partial_waves, products * partial_wave_share(sample));
  const double written = mega * bytes_of(unit) * writes / bandwidth * bubble;
  put(StepTerm::activations, written_m(work) * written);
  put(StepTerm::attention_arithmetic, flops_per_mac * work.attention_gmacs * giga * passes / peak * bubble);
  put(StepTerm::attention_scores, work.attention_m * written);
  // Adam in FP32 reads and writes weight and two moments, and reads the gradient
  const double weight_bytes = !setup.training ? 4 : setup.optimiser_step ? 24 : 8;
  put(StepTerm::weights, (trained * weight_bytes + (params - trained) * 4) / group / bandwidth / in_step);
  double launches = work.kernels * micro / micro_batch_of(sample);
  if (setup.training) launches *= (setup.optimiser_step ? 2.5 : 2) * work.kernel_passes / 3;
  if (setup.checkpointing) launches *= 1.3;
  put(StepTerm::launches, launches);
  const int gpus = sample.gpu_count();
  if (!setup.training || gpus < 2) return;
  const int joined = gpus_joined(sample);
  // Between nodes comes on top: GPUs that stand apart exchange no less than those of a node.
  const double in_node = std::min(gpus, gpus_of_node(sample.gpu));
  const double gradient = trained * 4 / giga / in_step / group;
  put(StepTerm::node_exchange, gradient * 2 * (in_node - 1) / in_node);
  if (gpus > joined) put(StepTerm::net_exchange, gradient);
  put(StepTerm::token_exchange, exchanged_token_bytes(*sample.step) / giga * bubble);
  put(StepTerm::tensor_exchange,
      exchanged_tensor_bytes(*sample.step) / giga * setup.tensor_parallel * passes / 3 * bubble);
}

}  // namespace

std::string software_of(const Sample& sample) {
  const auto name = without_version(sample.source);
  return sample.step && !sample.step->setup.training ? name + " forward" : name;
}

double micro_batch_of(const Sample& sample) {
  return sample.step->setup.micro_batch.value_or(usual_batch);
}

double samples_of_gpu(const Sample& sample) {
  const auto& setup = sample.step->setup;
  const double gpus = sample.gpu_count();
  const double group = setup.tensor_parallel * setup.pipeline_parallel * setup.context_parallel;
  return setup.global_batch.value_or(micro_batch_of(sample) * gpus / group) / gpus;
}

double pipeline_bubble(const Sample& sample) {
  const auto& setup = sample.step->setup;
  const double group = setup.tensor_parallel * setup.pipeline_parallel * setup.context_parallel;
  const double micro_batches = std::max(1.0, samples_of_gpu(sample) * group / micro_batch_of(sample));
  return 1 + (setup.pipeline_parallel - 1) / (setup.virtual_stages * micro_batches);
}

double partial_wave_share(const Sample& sample) {
  const auto& work = sample.step->work;
  if (!(work.width > 0)) return 0;
  constexpr double tile = 128 * 128, usual_multiprocessors = 100, most = 10;
  // A layer's products with weights, in widths squared: 8 with outputs of one width, and 4 with outputs of
  // four
  constexpr double narrow = 8.0 / 12, wide_columns = 4;
  const double processors =
      sample.gpu.multiprocessors.value_or(usual_multiprocessors) * share_of_board(sample.gpu);
  const double waves = micro_batch_of(sample) * work.tokens * work.width / (tile * processors);
  return std::min(most, (narrow + (1 - narrow) / wide_columns) / waves);
}

double product_seconds(const StepTerms& terms) {
  double sum = 0;
  for (const auto term : {StepTerm::arithmetic, StepTerm::grouped_arithmetic, StepTerm::depthwise_arithmetic,
                          StepTerm::plain_fp32})
    sum += terms.seconds[static_cast<std::size_t>(term)];
  return sum;
}

double least_step_time(const Sample& sample) {
  const auto& precision = sample.training.precision;
  if (sample.step->work.nominal || precision.empty()) return 0;
  constexpr double saved_by_winograd = 0.3, above_stated_clock = 0.05;
  const auto seconds = step_terms(sample).seconds;
  const auto at_peak = [&](StepTerm term, const std::string& unit) {
    const bool matrix_units = unit == "fp32" && hardware::multiplies_fp32_in_matrix_units(sample.gpu);
    return seconds[static_cast<std::size_t>(term)] * sustained_tflops(sample.gpu, unit) /
           (peak_tflops(sample.gpu, unit) * (matrix_units ? 2 : 1));
  };
  const double least = at_peak(StepTerm::arithmetic, precision) *
                           (1 - saved_by_winograd * spatial_share(*sample.step, precision)) +
                       at_peak(StepTerm::plain_fp32, "fp32");
  return (1 - above_stated_clock) * least / sample.gpu_count();
}

StepTerms step_terms(const Sample& sample) {
  StepTerms terms;
  put_seconds(sample, terms);
  put_factors(sample, terms);
  return terms;
}

}  // namespace joulecast::estimate
