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

class SecondsList {
 public:
  SecondsList(const Sample& sample, StepTerms& terms) : sample_(sample), terms_(terms) {}

  void put_all() {
    put_products();
    put_memory();
    put_launches();
    if (setup_.training && sample_.gpu_count() > 1) put_exchanges();
  }

 private:
  void put(StepTerm term, double seconds) { terms_.seconds[static_cast<std::size_t>(term)] = seconds; }

  [[nodiscard]] double arithmetic(double gmacs, const std::string& precision) const {
    const double flops = flops_per_mac * gmacs * giga * passes_;
    return flops / (sustained_tflops(sample_.gpu, precision) * tera * die_) * bubble_;
  }

  void put_products() {
    const auto& precision = sample_.training.precision;
    put(StepTerm::arithmetic, arithmetic(plain_gmacs(work_, precision), precision));
    put(StepTerm::grouped_arithmetic, arithmetic(gmacs_of(work_, ProductKind::grouped), precision));
    put(StepTerm::depthwise_arithmetic, arithmetic(gmacs_of(work_, ProductKind::depthwise), precision));
    put(StepTerm::plain_fp32, arithmetic(fp32_gmacs(work_, precision), "fp32"));
    put(StepTerm::partial_waves, arithmetic(work_.gmacs, precision) * partial_wave_share(sample_));
    put(StepTerm::attention_arithmetic, arithmetic(work_.attention_gmacs, precision));
  }

  void put_memory() {
    const double bandwidth = sample_.gpu.bandwidth_gb_s * giga * die_;
    const double written = mega * bytes_of(unit_of(sample_.training.precision)) *
                           passes_of(*sample_.step, work_.output_passes) / bandwidth * bubble_;
    put(StepTerm::activations, written_m(work_) * written);
    put(StepTerm::attention_scores, work_.attention_m * written);
    // Adam in FP32 reads and writes weight and two moments, and reads the gradient
    const double weight_bytes = !setup_.training ? 4 : setup_.optimiser_step ? 24 : 8;
    const double frozen = work_.params_m * mega - trained_;
    put(StepTerm::weights,
        (trained_ * weight_bytes + frozen * 4) / group_ / bandwidth / samples_of_gpu(sample_));
  }

  void put_launches() {
    double launches = work_.kernels * micro / micro_batch_of(sample_);
    if (setup_.training) launches *= (setup_.optimiser_step ? 2.5 : 2) * work_.kernel_passes / 3;
    if (setup_.checkpointing) launches *= 1.3;
    put(StepTerm::launches, launches);
  }

  void put_exchanges() {
    const int gpus = sample_.gpu_count();
    // Between nodes comes on top: GPUs that stand apart exchange no less than those of a node.
    const double in_node = std::min(gpus, gpus_of_node(sample_.gpu));
    const double gradient = trained_ * 4 / giga / samples_of_gpu(sample_) / group_;
    put(StepTerm::node_exchange, gradient * 2 * (in_node - 1) / in_node);
    if (gpus > gpus_joined(sample_)) put(StepTerm::net_exchange, gradient);
    put(StepTerm::token_exchange, exchanged_token_bytes(*sample_.step) / giga * bubble_);
    put(StepTerm::tensor_exchange,
        exchanged_tensor_bytes(*sample_.step) / giga * setup_.tensor_parallel * passes_ / 3 * bubble_);
  }

  const Sample& sample_;
  StepTerms& terms_;
  const formats::StepSetup& setup_ = sample_.step->setup;
  const StepWork& work_ = sample_.step->work;
  double passes_ = passes_of(*sample_.step, work_.product_passes);
  double die_ = share_of_board(sample_.gpu);
  double bubble_ = pipeline_bubble(sample_);
  double trained_ = work_.params_m * mega * work_.trained_share;  ///< weights
  double group_ = setup_.tensor_parallel * setup_.pipeline_parallel * setup_.context_parallel;
};

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
  SecondsList(sample, terms).put_all();
  put_factors(sample, terms);
  return terms;
}

}  // namespace joulecast::estimate
