// How right the layer-wise method is: on shapes that it had not seen, on layers larger than those that it was
// fitted on, on another CPU, and on whole networks.
#pragma once

#include <string>
#include <vector>

#include "estimate/evaluation/scores.hpp"
#include "estimate/offline/layerwise/layer_table.hpp"
#include "estimate/offline/layerwise/layerwise.hpp"

namespace joulecast::estimate {

/// Energies of lone layers of one kind: "forward", "backward", or both as "step".
struct LayerScores {
  std::string cpu, kind, pass;
  Scores scores;         ///< intervals for steps alone: cross-conformal, by shapes
  double sum_ratio = 0;  ///< predicted over measured energy of all together
};

/// Steps of layers of one CPU, predicted by the model of another.
struct CrossScores {
  std::string fitted_on, cpu;
  double factor = 0;           ///< median of measured / predicted
  Scores scores, with_factor;  ///< as predicted; and all multiplied by the factor
};

struct NetworkScore {
  MeasuredNetwork measured;
  LayerwiseEstimate predicted;
};

struct LayerwiseEvaluation {
  std::vector<LayerScores> shapes;  ///< held out by shape, five folds
  std::vector<LayerScores> larger;  ///< steps of the largest fifth, from the smaller half
  std::vector<CrossScores> cpus;
  std::vector<NetworkScore> networks;  ///< from all layers of their CPU; no network is ever fitted to
};

/// invalid or malformed where a network is unknown or its CPU has no layers, naming its row.
[[nodiscard]] Result<LayerwiseEvaluation> evaluate_layerwise(const std::vector<MeasuredLayer>& layers,
                                                             const std::vector<MeasuredNetwork>& networks);

}  // namespace joulecast::estimate
