#include "estimate/offline/speed/step_factors.hpp"

#include <cmath>

#include "estimate/offline/speed/node.hpp"
#include "hardware/generation.hpp"

namespace joulecast::estimate {
namespace {

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
    const auto& precision = sample_.training.precision;
    put_arithmetic(StepTerm::arithmetic, precision);
    if (nhwc_) add(StepTerm::arithmetic, "arithmetic nhwc", 0.8, 0.3);
    if (!sample_.step->work.composed) return;
    put_arithmetic(StepTerm::plain_fp32, "fp32");
    put_convolutions(StepTerm::grouped_arithmetic, "grouped convolutions", 2);
    put_convolutions(StepTerm::depthwise_arithmetic, "depthwise convolutions", 10);
  }
  /// Of which a library makes something other than one large product.
  void put_convolutions(StepTerm term, const std::string& name, double expected) {
    put_arithmetic(term, sample_.training.precision);
    add(term, name, expected, 0.5);
    add(term, name + " " + efficiency_of(unit_of(sample_.training.precision)).name, 1, 0.4);
    if (nhwc_) add(term, name + " nhwc", 1, 0.6);
  }
  void put_arithmetic(StepTerm term, const std::string& precision) {
    const auto& setup = sample_.step->setup;
    const auto [unit, expected] = efficiency_of(unit_of(precision));
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
    const auto& setup = sample_.step->setup;
    const auto term = StepTerm::activations;
    add(term, "activations", 1.3, 0.3);
    add(term, "activations of " + domain_, transformer_ ? 0.8 : 1, 0.4);
    add(term, "activations " + software_ + " " + domain_, 1, 0.2);
    add(term, "activations " + sample_.gpu.architecture, 1, 0.15);
    if (nhwc_)
      add(term, std::string("activations nhwc ") + efficiency_of(unit_of(sample_.training.precision)).name,
          0.8, 0.4);
    if (setup.compiled) add(term, "activations compiled", 0.6, 0.3);
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
    for (const auto exchange : {StepTerm::node_exchange, StepTerm::net_exchange})
      if (setup.full_shard) add(exchange, "exchange of sharded weights", 2, 0.5);
    if (setup.tensor_parallel > 1) put_tensor_exchange();
    if (setup.expert_parallel > 1) {
      add(StepTerm::token_exchange, "token exchange", 0.001, 0.4);
      add(StepTerm::token_exchange, "token exchange " + software_, 1, 0.7);
      if (setup.expert_parallel > gpus_of_node(sample_.gpu))
        add(StepTerm::token_exchange, "token exchange between nodes", 4, 0.5);
    }
    add(StepTerm::net_exchange, "net exchange", 0.03, 1);
    add(StepTerm::net_exchange, "net exchange " + software_, 1, 0.7);
  }

  void put_tensor_exchange() {
    const auto term = StepTerm::tensor_exchange;
    add(term, "tensor exchange", 0.003, 0.4);
    if (!sample_.step->setup.fast_links.value_or(has_fast_links(sample_.gpu)))
      add(term, "tensor exchange over pcie", 15, 0.5);
    if (sample_.step->setup.tensor_parallel > gpus_joined(sample_))
      add(term, "tensor exchange between nodes", 8, 0.5);
  }

  const Sample& sample_;
  StepTerms& terms_;
  std::string software_ = software_of(sample_);
  bool transformer_ = sample_.step->work.transformer;
  std::string domain_ = transformer_ ? "tokens" : "images";
  bool nhwc_ = sample_.step->setup.memory_format == "nhwc";
};

}  // namespace

void put_factors(const Sample& sample, StepTerms& terms) {
  FactorList(sample, terms).put_all();
}

}  // namespace joulecast::estimate
