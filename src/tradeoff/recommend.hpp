// Recommends an alternative under given requirements, with its saving and how certain the choice is.
#pragma once

#include "tradeoff/constraint.hpp"

namespace joulecast::tradeoff {

struct RecommendOptions {
  std::string minimise;  ///< name of a column
  std::vector<Constraint> constraints;
  /// Name, or a part that matches the name of only one alternative. "" = the best by the first at-least
  /// requirement, or else the most expensive one.
  std::string baseline;
  std::size_t resamples = 2000;
  std::uint64_t seed = 1;
};

struct Ranked {
  std::size_t alternative = 0;  ///< index in the input
  double cost = 0;
  bool fits = false;
  /// Requirements that it does not meet, or for which its figure is unknown.
  std::vector<std::string> broken;
  /// Share of the bootstrap samples in which it is the cheapest that meets all requirements.
  double chosen_share = 0;
};

struct Recommendation {
  std::vector<Ranked> ranked;  ///< the ones that meet all requirements first, each part by rising cost
  std::size_t baseline = 0;    ///< index in the input
  double baseline_cost = 0;
  /// 1 - cost of the first / cost of the baseline; negative if the first costs more.
  double saving = 0;
  /// 95 % interval of the saving; NaN if either alternative has fewer than three runs.
  stats::Range saving_interval;
  std::vector<std::size_t> without_cost;  ///< alternatives without a value in the column to minimise
  [[nodiscard]] const Ranked& choice() const { return ranked.front(); }
};

/// invalid if no alternative meets the requirements (the message names the requirement that excludes the
/// most), or if the baseline matches none or several.
[[nodiscard]] Result<Recommendation> recommend(const std::vector<Alternative>& alternatives,
                                               const RecommendOptions& options);

}  // namespace joulecast::tradeoff
