// Predicts the cost of trainings before they start: every network on every GPU at every batch size of the
// request.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "carbon/intensity.hpp"
#include "estimate/offline/model_file.hpp"
#include "network/network.hpp"
#include "trace/training_description.hpp"

namespace joulecast::session {

/// Optimizer of a training if the user did not name one.
constexpr std::string_view default_optimizer = "sgd";

/// How a step is set up. The defaults are what PyTorch does unasked.
struct StepRequest {
  std::string precision = "fp32";      ///< network::find_precision()
  std::string memory_format = "nchw";  ///< or "nhwc"
  bool compile = false;                ///< operators are fused by a compiler
  int accumulate = 1;                  ///< smaller batches whose gradients make a step
  bool checkpointing = false;          ///< activations are computed again
  int shard = 0;                       ///< network::TrainingSetup::shard
  int nodes = 1;                       ///< that the GPUs stand in
  int tensor_parallel = 1, pipeline_parallel = 1;
  std::string interconnect;  ///< of a node's GPUs: "nvlink" or "pcie"; empty = the board's usual
  std::string freeze;        ///< "backbone" or a number of layers: network::parse_frozen()
  std::optional<int> lora;   ///< rank of adapters beside frozen weights
};

/// Names and numbers as the user typed them.
struct PredictionRequest {
  std::vector<std::string> networks;                       ///< as network::load_network() takes them
  std::vector<network::ArchitectureFeatures> described{};  ///< more networks, loaded already
  std::vector<std::string> inputs;                         ///< shapes; see network::parse_load_options()
  std::vector<std::string> dimensions;                     ///< see network::parse_load_options()
  std::optional<std::int64_t> classes{};                   ///< outputs of the network's head
  std::optional<std::int64_t> sequence{};                  ///< tokens of a sample; for language models
  std::vector<std::string> gpus;                           ///< see hardware::resolve_gpu()
  std::vector<int> batches{32};                            ///< samples per step, over all GPUs
  /// Values common to all predictions: gpu_count, power limit, epochs, samples, dataset, framework,
  /// optimizer.
  trace::TrainingDescription training;
  StepRequest step{};
  /// W of one GPU, "250", or a range of limits to compare, "150:350:25"; empty = that of `training`.
  std::string power_limit{};
  /// The whole training in steps or in tokens, in place of epochs and samples.
  std::optional<double> steps{}, tokens{};
  /// Assume the software of this source in the model file; empty = of no particular source.
  std::string like;
  std::filesystem::path fitted;  ///< the model file; empty = the one that comes with joulecast
  Place place;                   ///< for emissions; may be empty
};

/// One predicted quantity: value, interval if there is one, and whether the interval is calibrated.
struct Predicted {
  double value = 0;
  std::optional<double> low, high;  ///< 90 % interval
  bool calibrated = false;          ///< false = the interval is model-based
};

/// A training that starts at a given moment; see price_starts().
struct PricedStart {
  WallTime begin, end;
  Predicted at_wall_j{};            ///< with the building's overhead
  double pue = 1;                   ///< of the whole training
  std::optional<double> outside_c;  ///< mean temperature; nothing without weather
  std::optional<GramsCO2e> mass;
  std::vector<std::string> beyond;  ///< in what the building was never seen like this
};

struct Prediction {
  /// `architecture` is the network's name, that of an ONNX file without its ending, and `gpu` the catalogue's
  /// name. The power limit is the board's unless the request sets another.
  trace::TrainingDescription training;
  std::optional<Predicted> power_w;  ///< mean power of all GPUs
  std::optional<Predicted> epoch_time_s, epoch_energy_j, total_energy_j;
  StepRequest setup;  ///< without a memory format where the network takes tokens
  /// Frameworks run FP32 convolutions on TF32 units unless told otherwise, where the board has them.
  bool tf32_convolutions = false;
  std::optional<double> sequence;        ///< tokens of a sample, where the network takes tokens
  std::optional<Predicted> step_time_s;  ///< of one step of all GPUs
  std::optional<double> largest_batch;   ///< over all GPUs, that the memory holds
  /// Of the whole training, if the request gave steps or tokens: it is then one epoch.
  std::optional<double> steps;
  std::optional<carbon::Estimate> emissions;          ///< for the total energy
  std::optional<double> memory_needed_gb, memory_gb;  ///< memory of one GPU
  bool fits = true;  ///< whether it fits into the GPU's memory; true if unknown
  estimate::Novelty novelty = estimate::Novelty::new_source;
  std::vector<estimate::MeasuredGroup> nearest;  ///< the most similar measured configurations
  /// features that lie outside the range of the training data
  std::vector<estimate::OutsideRange> outside_ranges;
  /// Operators of the network that are not in the figures, which are therefore too low. The intervals of time
  /// and energy reach upwards by 1 / (1 - share), and none is calibrated.
  std::vector<network::Uncounted> uncounted;
  double uncounted_share = 0;       ///< of the nodes
  std::vector<PricedStart> starts;  ///< as asked of price_starts()
  std::string frozen;               ///< network::to_text(Frozen)
  std::int64_t parameters = 0, trained_parameters = 0;
};

struct PredictionResult {
  std::filesystem::path model_file;
  /// Sorted by cost, cheapest first: by total energy, else by energy of an epoch, else by power.
  std::vector<Prediction> predictions;
};

/// invalid if no network or GPU is given, if one is unknown, if a
/// number is impossible, or if `like` names no source of the model file.
[[nodiscard]] Result<PredictionResult> predict_training(const PredictionRequest& request);

/// Predictions for networks with more uncounted nodes than this share look like whole ones and are not.
constexpr double most_uncounted = 0.1;
/// invalid, naming the network and what is not counted, if a prediction has more uncounted nodes than that.
[[nodiscard]] Status check_counted(const PredictionResult& result);

}  // namespace joulecast::session
