// What a training needs of a GPU's memory.
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "network/training_cost.hpp"

namespace joulecast::network {
namespace {

constexpr std::array<std::pair<Precision, std::string_view>, 10> precisions{{
    {Precision::fp32, "fp32"},
    {Precision::tf32, "tf32"},
    {Precision::amp_fp16, "amp-fp16"},
    {Precision::amp_bf16, "amp-bf16"},
    {Precision::fp16, "fp16"},
    {Precision::bf16, "bf16"},
    {Precision::amp_fp8, "amp-fp8"},
    {Precision::fp8, "fp8"},
    {Precision::mxfp8, "mxfp8"},
    {Precision::nvfp4, "nvfp4"},
}};

bool is_mixed(Precision precision) {
  return precision == Precision::amp_fp16 || precision == Precision::amp_bf16;
}
bool is_half(Precision precision) {
  return precision == Precision::fp16 || precision == Precision::bf16;
}
bool is_product(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::depthwise || kind == LayerKind::pointwise ||
         kind == LayerKind::dense || kind == LayerKind::attention || kind == LayerKind::recurrent;
}

/// Bytes of what a layer keeps over those in FP32.
double kept_factor(const Layer& layer, Precision precision) {
  constexpr double half = 0.5;
  if (is_half(precision)) return half;
  if (!is_mixed(precision)) return 1;
  return is_product(layer.kind) || layer.kind == LayerKind::elementwise || layer.kind == LayerKind::pooling
             ? half
             : 1;
}

/// The outer scopes of a layer's name, down to `levels` of them: "stack_1/block_3" of
/// "stack_1/block_3/dense_1", "encoder.layer.0" of "encoder.layer.0.output". Empty if the layer has fewer.
std::string scope_of(const std::string& name, std::size_t levels) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < levels; ++i) {
    end = name.find_first_of("/.", end + 1);
    if (end == std::string::npos) return "";
  }
  return name.substr(0, end);
}

/// Adapters (frozen.cpp) lie within the layer that they stand beside, which is no block.
bool is_adapter(const Layer& layer) {
  return layer.name.find("/lora_") != std::string::npos;
}

/// The outermost level with the most numbered scopes of several layers: the network's repeated blocks.
std::size_t block_level(const ArchitectureFeatures& network) {
  constexpr std::size_t deepest = 6;
  constexpr std::string_view digits = "0123456789";
  std::size_t best = 0, most = 1;
  for (std::size_t level = 1; level <= deepest; ++level) {
    std::map<std::string, int> scopes;
    for (const auto& layer : network.layers)
      if (auto scope = scope_of(layer.name, level);
          !is_adapter(layer) && !scope.empty() && digits.find(scope.back()) != std::string_view::npos)
        ++scopes[scope];
    const auto blocks = static_cast<std::size_t>(
        std::ranges::count_if(scopes, [](const auto& scope) { return scope.second > 1; }));
    if (blocks > most) {
      most = blocks;
      best = level;
    }
  }
  return best;
}

struct Block {
  double input_bytes = 0, kept_bytes = 0, flops = 0;
};

/// By scope; layers outside of all blocks have the empty one.
std::map<std::string, Block> blocks_of(const ArchitectureFeatures& network, Precision precision) {
  const auto level = block_level(network);
  std::map<std::string, Block> blocks;
  for (const auto& layer : network.layers) {
    const auto [found, first] = blocks.try_emplace(level == 0 ? "" : scope_of(layer.name, level));
    auto& block = found->second;
    if (first) block.input_bytes = layer.input_bytes * (is_half(precision) ? 0.5 : 1);
    block.kept_bytes += layer.saved_bytes * kept_factor(layer, precision);
    if (layer.gradient != Gradient::none) block.flops += layer.flops;
  }
  return blocks;
}

/// What one GPU of a tensor-parallel group keeps of a block.
double tensor_share(const TrainingSetup& setup) {
  constexpr double undivided = 10.0 / 34;
  return undivided + (1 - undivided) / setup.tensor_parallel;
}

/// What the first stage of a pipeline keeps, over all blocks of one micro-batch.
double flight_share(const TrainingSetup& setup) {
  return static_cast<double>(std::min(setup.accumulate, setup.pipeline_parallel)) / setup.pipeline_parallel;
}

/// Activations of one sample on one GPU.
double kept_bytes(const ArchitectureFeatures& network, const TrainingSetup& setup) {
  const auto blocks = blocks_of(network, setup.precision);
  double all = 0, outside = 0, inputs = 0, largest = 0;
  for (const auto& [scope, block] : blocks) {
    all += block.kept_bytes;
    if (scope.empty()) {
      outside += block.kept_bytes;
    } else {
      inputs += block.input_bytes;
      largest = std::max(largest, block.kept_bytes);
    }
  }
  const double tensor = tensor_share(setup), flight = flight_share(setup);
  const double whole = all * tensor * flight;
  // While one block is computed again, its activations are kept beside the inputs of all, which tensor
  // parallelism leaves whole.
  return setup.checkpointing ? std::min(whole, (outside * tensor + inputs) * flight + largest * tensor)
                             : whole;
}

Status check(const TrainingSetup& setup) {
  if (setup.gpus < 1) return fail_field("gpus", "must be at least 1, not {}", setup.gpus);
  if (setup.accumulate < 1) return fail_field("accumulate", "must be at least 1, not {}", setup.accumulate);
  const auto group = static_cast<std::int64_t>(setup.tensor_parallel) * setup.pipeline_parallel;
  if (setup.tensor_parallel < 1 || setup.pipeline_parallel < 1 || setup.gpus % group != 0)
    return fail_field("tensor_parallel", "{} GPUs are no multiple of {} that share a model", setup.gpus,
                      group);
  if (setup.shard < 0 || setup.shard > 3) return fail_field("shard", "must be 0 to 3, not {}", setup.shard);
  const auto p = setup.precision;
  if (p != Precision::fp32 && p != Precision::tf32 && !is_mixed(p) && !is_half(p))
    return fail_field("precision", "the memory of a training with {} depends on its library and is not known",
                      name_of(p));
  return {};
}

/// Bytes that do not grow with the batch, and those of each sample on a GPU.
struct Needs {
  TrainingMemory fixed, sample;
};

Needs needs_of(const ArchitectureFeatures& network, const Optimiser& optimiser, const TrainingSetup& setup) {
  const auto sum = totals(network);
  const double group = static_cast<double>(setup.tensor_parallel) * setup.pipeline_parallel;
  const auto parameters = static_cast<double>(sum.parameters) / group;
  const double bytes = is_half(setup.precision) ? 2 : 4;
  const auto shared = [&](int stage) { return setup.shard >= stage ? 1.0 / setup.copies() : 1.0; };
  Needs needs;
  needs.fixed.weights = parameters * bytes * shared(3);
  const auto trained = static_cast<double>(sum.trained_parameters) / group;
  needs.fixed.gradients = trained * bytes * shared(2);
  needs.fixed.optimiser = trained * bytes * optimiser.state_words * shared(1);
  double largest = 0;
  for (const auto& layer : network.layers) {
    const auto own = static_cast<double>(layer.parameters);
    // A copy that no backward pass needs is dropped after its use.
    if (is_mixed(setup.precision) && is_product(layer.kind) && layer.gradient != Gradient::none)
      needs.fixed.cast_weights += 2 * own / group * shared(3);
    largest = std::max(largest, own);
  }
  // The weights of the layer that is computed are gathered from all.
  if (setup.shard >= 3 && setup.copies() > 1)
    needs.fixed.working_set = largest * bytes / setup.tensor_parallel;
  needs.sample.activations = kept_bytes(network, setup);
  needs.sample.working_set = sum.widest_bytes / setup.tensor_parallel *
                             (is_half(setup.precision) || is_mixed(setup.precision) ? 0.5 : 1);
  return needs;
}

}  // namespace

std::string_view name_of(Precision precision) {
  return std::ranges::find(precisions, precision, &std::pair<Precision, std::string_view>::first)->second;
}

std::vector<std::string_view> known_precisions() {
  std::vector<std::string_view> names;
  for (const auto& [precision, name] : precisions) names.push_back(name);
  return names;
}

Result<Precision> find_precision(std::string_view name) {
  const auto lower = to_lower(name);
  for (const auto& [precision, known] : precisions)
    if (known == lower) return precision;
  return fail_field("precision", "'{}' is not known; known are {}", name,
                    fmt::join(known_precisions(), ", "));
}

Result<TrainingMemory> training_memory(const ArchitectureFeatures& network, std::int64_t batch,
                                       const Optimiser& optimiser, const TrainingSetup& setup) {
  if (auto ok = check(setup); !ok) return propagate(ok.error());
  const auto needs = needs_of(network, optimiser, setup);
  const auto parts = static_cast<std::int64_t>(setup.copies()) * setup.accumulate;
  const auto samples = static_cast<double>((batch + parts - 1) / parts);
  auto memory = needs.fixed;
  memory.activations += samples * needs.sample.activations;
  memory.working_set += samples * needs.sample.working_set;
  return memory;
}

TrainingMemory training_memory(const ArchitectureFeatures& network, std::int64_t batch,
                               const Optimiser& optimiser) {
  return training_memory(network, batch, optimiser, TrainingSetup{}).value();
}

Result<std::int64_t> largest_batch(const ArchitectureFeatures& network, double bytes,
                                   const Optimiser& optimiser, const TrainingSetup& setup) {
  if (auto ok = check(setup); !ok) return propagate(ok.error());
  const auto needs = needs_of(network, optimiser, setup);
  const double sample = needs.sample.total(), left = bytes - needs.fixed.total();
  if (sample <= 0 || left < sample) return 0;
  constexpr double most = 1 << 30;
  const auto samples = static_cast<std::int64_t>(std::min(left / sample, most));
  return samples * setup.copies() * setup.accumulate;
}

double recomputed_flops(const ArchitectureFeatures& network, std::int64_t batch) {
  double flops = 0;
  for (const auto& [scope, block] : blocks_of(network, Precision::fp32))
    if (!scope.empty()) flops += block.flops;
  return flops * static_cast<double>(batch);
}

}  // namespace joulecast::network
