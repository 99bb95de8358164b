// A request for predictions with its names resolved and its numbers checked.
#pragma once

#include <optional>
#include <vector>

#include "base/result.hpp"
#include "hardware/catalogue.hpp"
#include "network/frozen.hpp"
#include "network/training_cost.hpp"
#include "session/forecast/predict_training.hpp"

namespace joulecast::session {

struct AskedTraining {
  std::vector<network::ArchitectureFeatures> networks;
  std::vector<hardware::Gpu> gpus;
  network::Optimiser optimiser{"", 0, 0};
  network::TrainingSetup setup;
  network::Frozen frozen;
  std::vector<std::optional<double>> limits;  ///< W of one GPU; nothing = the board's own
  trace::TrainingDescription training;
};

/// invalid, naming the field, if a network or GPU is unknown or a number is impossible.
[[nodiscard]] Result<AskedTraining> asked_by(const PredictionRequest& request);

/// Tokens of a sample, for a network that looks token numbers up in a table.
[[nodiscard]] std::optional<double> tokens_of_sample(const network::ArchitectureFeatures& network);

}  // namespace joulecast::session
