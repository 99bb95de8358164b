// The cost of trainings before they start: every network on every GPU at every batch size that was asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carbon/intensity.hpp"
#include "estimate/offline/model_file.hpp"
#include "trace/training_description.hpp"

namespace joulecast::session {

/// Of trainings of which nobody said another.
constexpr std::string_view default_optimizer = "sgd";

/// Names and numbers as the user gave them.
struct PredictionRequest {
  std::vector<std::string> networks;      ///< ONNX files, description files, or names such as "resnet50"
  std::vector<std::string> inputs;        ///< shapes, as network::parse_load_options() takes them
  std::vector<std::string> dimensions;    ///< likewise
  std::optional<std::int64_t> classes{};  ///< outputs of the head
  std::vector<std::string> gpus;          ///< as hardware::resolve_gpu() takes them
  std::vector<int> batches{32};           ///< samples of a step, over all GPUs
  /// What all of them have in common: gpu_count, power limit, epochs, samples, dataset, framework, optimizer.
  trace::TrainingDescription training;
  std::string like;              ///< trained as this source of the model file was; empty = as none
  std::filesystem::path fitted;  ///< the model file; empty = the one that comes with joulecast
  Place place;                   ///< for emissions; may be empty
};

/// One quantity: value, interval where there is one, and what the interval rests on.
struct Predicted {
  double value = 0;
  std::optional<double> low, high;  ///< 90 %
  bool calibrated = false;          ///< else the interval is model-based
};

struct Prediction {
  /// `architecture` is the network's name, `gpu` the catalogue's; the power limit is the board's where no
  /// other was asked for.
  trace::TrainingDescription training;
  std::optional<Predicted> power_w;  ///< mean, all GPUs
  std::optional<Predicted> epoch_time_s, epoch_energy_j, total_energy_j;
  std::optional<carbon::Estimate> emissions;          ///< of the total
  std::optional<double> memory_needed_gb, memory_gb;  ///< of one GPU
  bool fits = true;                                   ///< into its memory, as far as that is known
  estimate::Novelty novelty = estimate::Novelty::new_source;
  std::vector<estimate::MeasuredGroup> nearest;        ///< measured configurations that are most like it
  std::vector<estimate::OutsideRange> outside_ranges;  ///< what of it lies outside the training range
};

struct PredictionResult {
  std::filesystem::path model_file;
  /// Cheapest first: by total energy, else energy of an epoch, else power.
  std::vector<Prediction> predictions;
};

/// invalid where no network or GPU is given, where one is unknown, where a number is impossible, or where
/// `like` names no source of the model file.
[[nodiscard]] Result<PredictionResult> predict_training(const PredictionRequest& request);

}  // namespace joulecast::session
