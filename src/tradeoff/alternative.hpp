// One way to train, such as an architecture on a GPU with a batch size, and all its runs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/provenance.hpp"
#include "stats/random.hpp"
#include "stats/summary.hpp"

namespace joulecast::tradeoff {

struct Alternative {
  std::vector<std::string> labels;               ///< one per key column: "resnet50", "RTX 3090", "32"
  Provenance provenance = Provenance::measured;  ///< modelled: it was predicted, not run
  std::size_t runs = 0;
  /// By column, one value per run (NaN = unknown for that run). A prediction has one value.
  std::map<std::string, std::vector<double>> values;
  std::map<std::string, stats::Range> stated;  ///< by column: the prediction's 90 % interval
  [[nodiscard]] std::string name() const;      ///< the labels joined with " / "
};

/// Median over the runs that have a value in the column; nothing if none has.
[[nodiscard]] std::optional<double> typical(const Alternative& alternative, const std::string& column);

/// Whether the column's spread is known: from three or more runs that have a value there, or from a
/// prediction's interval.
[[nodiscard]] bool has_spread(const Alternative& alternative, const std::string& column);

/// A bootstrap replicate of the medians: draws runs with replacement. One replicate uses the same draw for
/// all columns, because energy and quality of a run belong together. A prediction is drawn from a log-normal
/// distribution with its stated interval.
class Replicate {
 public:
  Replicate(const Alternative& alternative, std::uint64_t seed, std::uint64_t stream);
  [[nodiscard]] std::optional<double> typical(const std::string& column) const;

 private:
  const Alternative* alternative_;
  std::vector<std::size_t> drawn_;
  double z_ = 0;  ///< for a prediction: one standard normal value for all its columns
};

}  // namespace joulecast::tradeoff
