// Prediction intervals from a method's errors on held-out rows (docs/prediction.md, "Intervals").
//
// The interval of a prediction is value x exp(+-q spread). The spread is the method's own (Forecast). q is a
// conformal quantile of |log(measured / predicted)| / spread over the rows of the same novelty (Vovk,
// Gammerman, Shafer 2005). Each group counts once: the weight of a row is 1/n. This needs at least nine
// groups from the row's own source, and the interval is then "calibrated".
//
// With fewer groups the interval is called "model-based". q is then the quantile over the source's own groups
// or over those of all sources, widened by the ratio of a Student's t quantile to a normal quantile because
// it rests on so few groups. Its degrees of freedom (Welch 1947, Satterthwaite 1946) combine two variances:
// the one between groups, known from the number of groups, and the one within groups, known from their rows.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "estimate/offline/seen.hpp"

namespace joulecast::estimate {

/// One held-out prediction.
struct Miss {
  Novelty novelty = Novelty::near;
  std::string source;
  std::string group;
  int fold = 0;      ///< rows of the same fold do not calibrate each other
  double score = 0;  ///< log(measured / predicted) / spread
};

struct IntervalFactor {
  /// Half width of the interval of the logarithm, in units of the spread.
  double q = 0;
  bool calibrated = false;
  int groups = 0;  ///< number of groups that it rests on
};

constexpr int least_groups = 9;  ///< fewest groups for which a 90 % conformal quantile is finite

/// Nothing if fewer than two groups of that novelty, or of a greater one, are known. Misses of fold
/// `left_out` are not used; -1 = use all.
[[nodiscard]] std::optional<IntervalFactor> interval_factor(const std::vector<Miss>& misses, Novelty novelty,
                                                            const std::string& source, int left_out = -1);

/// The factors of a fitted model, by novelty and source ("" = any).
class IntervalFactors {
 public:
  IntervalFactors() = default;
  explicit IntervalFactors(const std::vector<Miss>& misses);
  [[nodiscard]] std::optional<IntervalFactor> find(Novelty novelty, const std::string& source) const;
  [[nodiscard]] nlohmann::ordered_json to_json() const;
  [[nodiscard]] static Result<IntervalFactors> from_json(const nlohmann::ordered_json& json);

 private:
  struct Entry {
    Novelty novelty;
    std::string source;
    IntervalFactor factor;
  };
  std::vector<Entry> entries_;
};

}  // namespace joulecast::estimate
