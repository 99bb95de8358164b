// Which alternative to take under given requirements, what it saves, and how sure that is.
#pragma once

#include "tradeoff/constraint.hpp"

namespace joulecast::tradeoff {

struct RecommendOptions {
  std::string minimise;  ///< column
  std::vector<Constraint> constraints;
  std::string baseline;  ///< name or part of one that fits one alternative; "" = the best by the first
                         ///< at-least requirement, else the dearest
  std::size_t resamples = 2000;
  std::uint64_t seed = 1;
};

struct Ranked {
  std::size_t alternative = 0;  ///< position in the input
  double cost = 0;
  bool fits = false;
  std::vector<std::string> broken;  ///< requirements that it does not keep, or whose figure it does not know
  double chosen_share = 0;          ///< share of the resamples in which it is the cheapest that fits
};

struct Recommendation {
  std::vector<Ranked> ranked;  ///< those that fit first, each by rising cost
  std::size_t baseline = 0;    ///< position in the input
  double baseline_cost = 0;
  double saving = 0;  ///< 1 - cost of the first / cost of the baseline; negative where it costs more
  stats::Range saving_interval;  ///< 95 %, of the first against the baseline; NaN where either has fewer than
                                 ///< three runs
  std::vector<std::size_t> without_cost;  ///< alternatives that do not know the column to minimise
  [[nodiscard]] const Ranked& choice() const { return ranked.front(); }
};

/// invalid where nothing fits (the message says which requirement excludes most), or the baseline fits none
/// or several names.
[[nodiscard]] Result<Recommendation> recommend(const std::vector<Alternative>& alternatives,
                                               const RecommendOptions& options);

}  // namespace joulecast::tradeoff
