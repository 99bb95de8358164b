// Scores the layer-wise method on unseen shapes, on layers larger than the ones it was fitted to, on another
// CPU, and on whole networks.
#pragma once

#include <string>
#include <vector>

#include "estimate/evaluation/scores.hpp"
#include "estimate/offline/layerwise/layer_table.hpp"
#include "estimate/offline/layerwise/layerwise.hpp"

namespace joulecast::estimate {

/// Scores of lone layers of one kind, for the pass "forward", "backward" or "step" (both).
struct LayerScores {
  std::string cpu, kind, pass;
  Scores scores;         ///< only steps have intervals; cross-conformal by shapes
  double sum_ratio = 0;  ///< predicted over measured energy, summed over all layers
};

/// Steps of layers on one CPU, predicted by the model of another.
struct CrossScores {
  std::string fitted_on, cpu;
  double factor = 0;           ///< median of measured / predicted
  Scores scores, with_factor;  ///< as predicted, and after multiplying all predictions by `factor`
};

struct NetworkScore {
  MeasuredNetwork measured;
  LayerwiseEstimate predicted;
};

struct LayerwiseEvaluation {
  std::vector<LayerScores> shapes;  ///< held out by shape, five folds
  std::vector<LayerScores> larger;  ///< steps of the largest fifth, predicted from the smaller half
  std::vector<CrossScores> cpus;
  /// predicted from all layers of their CPU; no model is fitted to networks
  std::vector<NetworkScore> networks;
};

/// invalid or malformed, naming the row, if a network is unknown or its CPU has no layers.
[[nodiscard]] Result<LayerwiseEvaluation> evaluate_layerwise(const std::vector<MeasuredLayer>& layers,
                                                             const std::vector<MeasuredNetwork>& networks);

}  // namespace joulecast::estimate
