// The cost of trainings before they start: every model on every GPU at every batch size that was asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "estimate/estimate.hpp"
#include "estimate/offline/model_file.hpp"
#include "network/training_cost.hpp"

namespace joulecast::session {

struct PredictionRequest {
  std::vector<network::ArchitectureFeatures> networks;
  std::vector<hardware::Gpu> gpus;
  std::vector<int> batches;
  int gpu_count = 1;
  std::optional<double> epochs;
  std::optional<double> samples;        ///< of an epoch
  std::optional<double> power_limit_w;  ///< of one GPU
  std::string framework;                ///< as the training table calls it
  std::string dataset;
  std::string like;  ///< the training is of a kind with this source's: same machine, same code
  network::Optimiser optimiser{"sgd", 0, 0};
  Place place;  ///< for emissions; may be empty
};

/// One quantity: value, interval where there is one, and what the interval rests on.
struct Predicted {
  double value = 0;
  std::optional<double> low, high;
  bool calibrated = false;  ///< else the interval is model-based
};

struct Prediction {
  std::string model, gpu;
  int gpu_count = 1;
  int batch = 1;
  double limit_w = 0;
  Predicted power_w;
  std::optional<Predicted> epoch_time_s, epoch_energy_j, total_energy_j;
  std::optional<carbon::Estimate> emissions;   ///< of the total
  double memory_needed_gb = 0, memory_gb = 0;  ///< of one GPU
  [[nodiscard]] bool fits() const { return memory_needed_gb <= memory_gb; }
  estimate::Novelty novelty = estimate::Novelty::new_source;
  std::vector<std::string> nearest;   ///< measured configurations that are most like it
  std::vector<std::string> warnings;  ///< what of it lies outside the training range
};

/// Cheapest first: by total energy, else energy of an epoch, else power. invalid where nothing is asked for,
/// or `like` names no source of the model.
[[nodiscard]] Result<std::vector<Prediction>> predict(const estimate::ModelFile& model,
                                                      const PredictionRequest& request);

}  // namespace joulecast::session
