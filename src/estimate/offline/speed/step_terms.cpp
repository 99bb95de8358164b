#include "estimate/offline/speed/step_terms.hpp"

#include <algorithm>
#include <cmath>

#include "hardware/generation.hpp"

namespace joulecast::estimate {
namespace {

constexpr double tera = 1e12, giga = 1e9, mega = 1e6, micro = 1e-6;
constexpr double flops_per_mac = 2;
/// GPUs that fast links join: a node, or a rack of NVLink boards that hang on one switch.
bool in_rack(const hardware::Gpu& gpu) {
  return gpu.name.starts_with("GB200") || gpu.name.starts_with("GB300");
}
int gpus_of_node(const hardware::Gpu& gpu) {
  constexpr int node = 8, rack = 72;
  return in_rack(gpu) ? rack : node;
}
constexpr double usual_batch = 32;
/// Matrix units of 16 bits hold their peak up to here: an A100 (312 TFLOP/s at 400 W) does, denser boards
/// state peaks of clocks that their power limit does not allow under load.
constexpr double matrix_tflops_per_watt = 0.8;

bool of_generation(const hardware::Gpu& gpu, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return gpu.architecture.starts_with(name); });
}

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

struct Efficiency {
  const char* name;
  double time_over_peak;  ///< what is expected before anything is measured
};
Efficiency efficiency_of(Unit unit) {
  switch (unit) {
    case Unit::fp32:
      return {"fp32", 1.6};
    case Unit::tf32:
      return {"tf32", 2.2};
    case Unit::mixed:
      return {"mixed", 2};
    case Unit::half:
      return {"half", 2};
    case Unit::fp8:
      return {"fp8", 3.5};
    case Unit::fp4:
      break;
  }
  return {"fp4", 5};
}

bool has_fast_links(const hardware::Gpu& gpu) {
  constexpr std::array names{"SXM", "B200", "B300", "GB200", "GB300", "H200", "MI3", "MI250"};
  return std::ranges::any_of(names,
                             [&](const char* name) { return gpu.name.find(name) != std::string::npos; });
}

/// Boards of two dies, each of which is a GPU to a framework (AMD's MI250 and MI250X): the share of the board
/// that one of them is.
double share_of_board(const hardware::Gpu& gpu) {
  return gpu.name.starts_with("MI250") ? 0.5 : 1;
}

/// A step's passes over those of a forward pass, of which `trained` would be without checkpointing.
double passes_of(const Step& step, double trained) {
  if (!step.setup.training) return 1;
  return step.setup.checkpointing ? trained + 1 : trained;
}

/// Bytes that a sample's tokens take to experts on other GPUs: in each layer to their experts and back, in
/// the forward pass and in the backward pass, in 16 bits.
double exchanged_token_bytes(const Step& step) {
  constexpr double experts_of_token = 6, ways = 4, bytes = 2;  // of published mixtures 2 to 8
  const double elsewhere = 1 - 1 / step.setup.expert_parallel;
  return step.work.tokens * step.work.layers * step.work.width * experts_of_token * ways * bytes * elsewhere;
}

StepTerm arithmetic_of(std::size_t kind) {
  return static_cast<StepTerm>(static_cast<std::size_t>(StepTerm::spatial_arithmetic) + kind);
}

/// What is expected of a kind's time over that of all products at peak, before anything is measured.
struct ProductName {
  const char* name;
  double time_over_peak;
};
constexpr std::array<ProductName, product_kinds> product_names{
    {{"spatial", 1}, {"pointwise", 1}, {"grouped", 3}, {"depthwise", 6}, {"dense", 1}, {"attention", 1.5}}};

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
  const double products = flops_per_mac * work.gmacs * giga * passes / peak * bubble;
  if (work.composed)
    for (std::size_t k = 0; k < product_kinds; ++k)
      put(arithmetic_of(k), flops_per_mac * work.gmacs_of[k] * giga * passes / peak * bubble);
  else
    put(StepTerm::arithmetic, products);
  put(StepTerm::partial_waves, products * partial_wave_share(sample));
  const double written = mega * bytes_of(unit) * writes / bandwidth * bubble;
  put(StepTerm::activations, work.activations_m * written);
  put(StepTerm::elementwise, work.other_m * written);
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
  const int joined = sample.training.nodes ? (gpus + *sample.training.nodes - 1) / *sample.training.nodes
                                           : gpus_of_node(sample.gpu);
  const double in_node = std::min(gpus, joined);
  const double gradient = trained * 4 / giga / in_step / group;
  put(StepTerm::node_exchange, gradient * 2 * (in_node - 1) / in_node);
  if (gpus > joined) put(StepTerm::net_exchange, gradient);
  put(StepTerm::token_exchange, exchanged_token_bytes(*sample.step) / giga * bubble);
}

class FactorList {
 public:
  FactorList(const Sample& sample, StepTerms& terms) : sample_(sample), terms_(terms) {}

  void put_all() {
    const auto& work = sample_.step->work;
    if (work.nominal) terms_.all.push_back({"network " + sample_.training.architecture, 0, 2.5});
    put_arithmetic();
    put_memory();
    put_attention();
    put_others();
  }

 private:
  void add(StepTerm term, const std::string& name, double expected, double sd) {
    terms_.factors[static_cast<std::size_t>(term)].push_back({name, std::log(expected), sd});
  }
  void put_arithmetic() {
    put_arithmetic(StepTerm::arithmetic);
    if (nhwc_) add(StepTerm::arithmetic, "arithmetic nhwc", 1, 0.4);
    if (!sample_.step->work.composed) return;
    const std::string unit = efficiency_of(unit_of(sample_.training.precision)).name;
    for (std::size_t k = 0; k < product_kinds; ++k) {
      const auto term = arithmetic_of(k);
      const auto [name, expected] = product_names[k];
      put_arithmetic(term);
      add(term, std::string(name) + " products", expected, 0.5);
      add(term, std::string(name) + " products " + unit, 1, 0.4);
      if (nhwc_) add(term, std::string(name) + " products nhwc " + unit, 1, 0.5);
    }
  }
  void put_arithmetic(StepTerm term) {
    const auto& setup = sample_.step->setup;
    const auto [unit, expected] = efficiency_of(unit_of(sample_.training.precision));
    add(term, std::string("arithmetic ") + unit, expected, 0.4);
    put_products(term, unit);
    if (setup.tensor_parallel > 1) add(term, "tensor parallel " + software_, 1.05, 0.2);
    if (setup.pipeline_parallel > 1) add(term, "pipeline parallel " + software_, 1.1, 0.2);
    if (setup.expert_parallel > 1) add(term, "expert parallel " + software_, 1, 0.4);
    if (setup.checkpointing) add(term, "checkpointing " + software_, 1, 0.1);
  }
  /// What plain products have in common, full waves of them and partial ones.
  void put_products(StepTerm term, const std::string& unit) {
    const auto& gpu = sample_.gpu;
    const auto own = "arithmetic " + software_ + " ";
    const bool unsaid = sample_.training.precision.empty();
    const auto said = unsaid ? std::string("unsaid") : unit;
    add(term, "arithmetic of " + domain_, transformer_ ? 0.8 : 1, 0.3);
    add(term, own + domain_, 1, 0.3);
    add(term, own + said, 1, 0.15);
    // fast trainings of which it is not said are mixed on older boards, and in 8 bits on newer ones
    if (unsaid) add(term, "arithmetic unsaid", 1, 0.3);
    add(term, "arithmetic " + gpu.architecture, 1, 0.15);
    add(term, "arithmetic " + gpu.architecture + " " + said + " " + domain_, 1, 0.1);
    if (in_rack(gpu)) add(term, "arithmetic in a rack " + software_, 1, 0.3);
    if (unit != "fp32") return;
    if (hardware::has_doubled_lanes(gpu)) add(term, "arithmetic of doubled lanes", 1.2, 0.15);
    if (hardware::multiplies_fp32_in_matrix_units(gpu))
      add(term, "arithmetic of fp32 matrix units", 0.65, 0.15);
  }
  void put_memory() {
    put_memory(StepTerm::activations, "activations");
    if (sample_.step->work.composed) put_memory(StepTerm::elementwise, "elementwise");
  }
  void put_memory(StepTerm term, const std::string& name) {
    const auto& setup = sample_.step->setup;
    add(term, name, 1.3, 0.3);
    add(term, "activations of " + domain_, transformer_ ? 0.8 : 1, 0.4);
    add(term, "activations " + software_ + " " + domain_, 1, 0.2);
    add(term, "activations " + sample_.gpu.architecture, 1, 0.15);
    if (nhwc_) add(term, name + " nhwc " + efficiency_of(unit_of(sample_.training.precision)).name, 0.8, 0.4);
    if (setup.compiled) add(term, name + " compiled", 0.6, 0.3);
  }
  void put_attention() {
    if (!transformer_) return;
    add(StepTerm::attention_arithmetic, "attention arithmetic", 1.5, 0.3);
    add(StepTerm::attention_arithmetic, "attention arithmetic " + software_, 1, 0.4);
    add(StepTerm::attention_scores, "attention scores", 0.3, 0.7);
    add(StepTerm::attention_scores, "attention scores " + software_, 1, 0.6);
  }
  void put_others() {
    const auto& setup = sample_.step->setup;
    const auto [unit, expected] = efficiency_of(unit_of(sample_.training.precision));
    add(StepTerm::partial_waves, std::string("arithmetic ") + unit, expected, 0.4);
    put_products(StepTerm::partial_waves, unit);
    add(StepTerm::partial_waves, "partial waves", 0.2, 0.5);
    add(StepTerm::weights, "weights", 1, 0.4);
    add(StepTerm::weights, "weights " + software_, 1, 0.5);
    if (setup.offload) add(StepTerm::weights, "offload", 10, 1);
    // 125 us for each kernel of a forward pass, which give a ResNet-50 its least step of 20 ms in PyTorch.
    // Graphs of launches hide nearly all of it, small steps of many processes wait for more.
    add(StepTerm::launches, "launches", 50, 0.4);
    add(StepTerm::launches, "launches " + software_ + " " + domain_, 1, 1);
    if (sample_.gpu_count() > 1 && setup.one_process)
      add(StepTerm::launches, "launches of one process", 1.5, 0.5);
    else if (sample_.gpu_count() > 1)
      add(StepTerm::launches, "launches on several GPUs " + software_, 1.5, 1.5);
    add(StepTerm::node_exchange, "node exchange", 0.01, 0.7);
    add(StepTerm::node_exchange, "node exchange " + software_, 1, 0.7);
    if (!setup.fast_links.value_or(has_fast_links(sample_.gpu))) {
      add(StepTerm::node_exchange, "node exchange over pcie", 3, 0.5);
      // lanes and switches are those of the machine, of which no data sheet tells
      add(StepTerm::node_exchange, "node exchange " + software_ + " on " + sample_.gpu.name, 1, 0.4);
    }
    if (setup.full_shard) add(StepTerm::node_exchange, "node exchange of sharded weights", 2, 0.5);
    if (setup.expert_parallel > 1) {
      add(StepTerm::token_exchange, "token exchange", 0.001, 0.4);
      add(StepTerm::token_exchange, "token exchange " + software_, 1, 0.7);
      if (setup.expert_parallel > gpus_of_node(sample_.gpu))
        add(StepTerm::token_exchange, "token exchange between nodes", 4, 0.5);
    }
    add(StepTerm::net_exchange, "net exchange", 0.03, 1);
    add(StepTerm::net_exchange, "net exchange " + software_, 1, 0.7);
  }

  const Sample& sample_;
  StepTerms& terms_;
  std::string software_ = software_of(sample_);
  bool transformer_ = sample_.step->work.transformer;
  std::string domain_ = transformer_ ? "tokens" : "images";
  bool nhwc_ = sample_.step->setup.memory_format == "nhwc";
};

}  // namespace

Unit unit_of(const std::string& precision) {
  if (precision == "fp32") return Unit::fp32;
  if (precision == "tf32" || precision == "fp32-or-tf32") return Unit::tf32;
  if (precision == "fp16" || precision == "bf16") return Unit::half;
  if (precision.ends_with("fp8")) return Unit::fp8;
  if (precision == "nvfp4") return Unit::fp4;
  return Unit::mixed;  // also where a source does not say: fast trainings are mixed
}

double peak_tflops(const hardware::Gpu& gpu, const std::string& precision) {
  const double fp32 = gpu.fp32_tflops, fp16 = gpu.fp16_tflops.value_or(fp32);
  const bool bfloat = precision.find("bf16") != std::string::npos;
  const bool has_fp4 = of_generation(gpu, {"Blackwell", "CDNA 4", "CDNA4"});
  const bool has_fp8 = has_fp4 || of_generation(gpu, {"Hopper", "Ada", "CDNA 3", "CDNA3"});
  switch (unit_of(precision)) {
    case Unit::fp32:
      return fp32;
    case Unit::tf32:
      return gpu.tf32_tflops.value_or(fp32);
    case Unit::mixed:
    case Unit::half:
      return bfloat && of_generation(gpu, {"Pascal", "Volta", "Turing", "Maxwell", "Kepler"}) ? fp32 : fp16;
    case Unit::fp8:
      return has_fp8 ? 2 * fp16 : fp16;
    case Unit::fp4:
      break;
  }
  return has_fp4 ? 4 * fp16 : has_fp8 ? 2 * fp16 : fp16;
}

double sustained_tflops(const hardware::Gpu& gpu, const std::string& precision) {
  const double peak = peak_tflops(gpu, precision);
  double share = 1;  // of the power that the peak would need
  switch (unit_of(precision)) {
    case Unit::fp32:
      share = gpu.power_limit / hardware::full_speed_power(gpu);
      break;
    case Unit::mixed:
    case Unit::half:
      // what a source does not say may have been 8 bits
      if (!precision.empty()) share = matrix_tflops_per_watt * gpu.power_limit.value() / peak;
      break;
    case Unit::tf32:
    case Unit::fp8:  // what is expected of it is what dense boards reach: no other has it
    case Unit::fp4:
      break;
  }
  // Between the clock in proportion to power, at constant voltage, and its cube root, where voltage falls too
  return peak * std::min(1.0, std::sqrt(share));
}

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
  double sum = terms.seconds[static_cast<std::size_t>(StepTerm::arithmetic)];
  for (std::size_t k = 0; k < product_kinds; ++k)
    sum += terms.seconds[static_cast<std::size_t>(arithmetic_of(k))];
  return sum;
}

double least_step_time(const Sample& sample) {
  const auto& precision = sample.training.precision;
  if (sample.step->work.nominal || precision.empty()) return 0;
  constexpr double saved_by_winograd = 0.3;
  const double at_peak = product_seconds(step_terms(sample)) * sustained_tflops(sample.gpu, precision) /
                         peak_tflops(sample.gpu, precision);
  return (1 - saved_by_winograd) * at_peak / sample.gpu_count();
}

StepTerms step_terms(const Sample& sample) {
  StepTerms terms;
  put_seconds(sample, terms);
  FactorList(sample, terms).put_all();
  return terms;
}

}  // namespace joulecast::estimate
