// Random search for a regression's setting, scored by cross-validation whose folds keep groups together.
#pragma once

#include <string>
#include <vector>

#include "estimate/offline/method.hpp"
#include "estimate/offline/regression/regression.hpp"

namespace joulecast::estimate {

struct SearchResult {
  RegressionSetting setting;
  double r2 = 0;  ///< mean over the folds, on rows that were held out
};

/// Assigns each group a fold 0..folds-1. Equal groups get equal folds; `seed` determines the order.
[[nodiscard]] std::vector<int> folds_of(const std::vector<std::string>& groups, int folds,
                                        std::uint64_t seed);

/// Draws `options.draws` settings and returns the one with the best R2. Distributions, given by their means:
/// alpha ~ Exp(0.1) for ridge; alpha, gamma ~ Exp(0.01) for kernel ridge, as in del Rey et al.; C ~ Exp(10),
/// epsilon ~ Exp(0.02), gamma ~ Exp(0.05) for support vectors, for which they give none. A linear
/// regression has nothing to draw. Nothing is shared between folds, not even the scaling of the features.
/// invalid if a fold cannot be fitted.
[[nodiscard]] Result<SearchResult> search_setting(const RegressionData& data,
                                                  const std::vector<std::string>& groups, RegressionKind kind,
                                                  const FitOptions& options);

/// A search over support vectors uses at most this many observations, since its cost grows with their square.
constexpr int support_vector_search_rows = 300;

}  // namespace joulecast::estimate
