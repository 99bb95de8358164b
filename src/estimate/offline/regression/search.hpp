// Random search of a regression's setting, scored by cross-validation whose folds keep groups together.
#pragma once

#include <string>
#include <vector>

#include "estimate/offline/method.hpp"
#include "estimate/offline/regression/regression.hpp"

namespace joulecast::estimate {

struct SearchResult {
  RegressionSetting setting;
  double r2 = 0;  ///< mean over the folds, of rows that the fold's fit had not seen
};

/// A fold 0..folds-1 for each group, equal groups to equal folds; the order is drawn by `seed`.
[[nodiscard]] std::vector<int> folds_of(const std::vector<std::string>& groups, int folds,
                                        std::uint64_t seed);

/// `options.draws` settings: alpha ~ Exp(0.1) for ridge; alpha, gamma ~ Exp(0.01) for kernel ridge (the
/// paper's); C ~ Exp(10), epsilon ~ Exp(0.02), gamma ~ Exp(0.05) for support vectors (means; the paper gives
/// none). Linear has nothing to draw. The best R2 wins. Data, scaler included, never crosses a fold. invalid
/// where a fold cannot be fitted.
[[nodiscard]] Result<SearchResult> search_setting(const RegressionData& data,
                                                  const std::vector<std::string>& groups, RegressionKind kind,
                                                  const FitOptions& options);

/// Observations at most this many enter a search of support vectors, whose cost grows with the square.
constexpr int support_vector_search_rows = 300;

}  // namespace joulecast::estimate
