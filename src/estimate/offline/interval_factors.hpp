// Intervals from how far a method was off on rows that it had not seen (docs/prediction.md, "Intervals").
//
// A prediction's interval is value x exp(+-q spread), the spread being the method's own (Forecast). q is a
// conformal quantile of |log(measured / predicted)| / spread over rows of the same novelty, each group
// counting once (weights 1/n), where the row's own source has nine groups (Vovk, Gammerman, Shafer 2005).
//
// With fewer groups the interval is "model-based", never "calibrated". Then q is the quantile over the
// source's own groups, or those of all sources, stretched as Student's t stretches a normal quantile that is
// known from so few. How few is counted in degrees of freedom (Welch 1947, Satterthwaite 1946): the variance
// between groups is known from their number, that within them from their rows.
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
  int fold = 0;      ///< rows of the same fold never calibrate each other
  double score = 0;  ///< log(measured / predicted) / spread
};

struct IntervalFactor {
  double q = 0;  ///< half width of the logarithm, in spreads
  bool calibrated = false;
  int groups = 0;  ///< that it rests on
};

constexpr int least_groups = 9;  ///< of a finite 90 % conformal quantile

/// Nothing where fewer than two groups of that novelty, or of a worse one, are known. Misses of fold
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
