// One way to train: an architecture on a GPU with a batch size, and every run of it.
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
  std::vector<std::string> labels;               ///< one for each key column: "resnet50", "RTX 3090", "32"
  Provenance provenance = Provenance::measured;  ///< modelled: predicted, no run was made
  std::size_t runs = 0;
  /// By column, one a run (NaN: that run does not know); a prediction has one
  std::map<std::string, std::vector<double>> values;
  std::map<std::string, stats::Range> stated;  ///< by column: the 90 % interval that a prediction came with
  [[nodiscard]] std::string name() const;      ///< labels with " / " between
};

/// Median of the runs that know the column; nothing where none does.
[[nodiscard]] std::optional<double> typical(const Alternative& alternative, const std::string& column);

/// What the median might have been: of runs drawn with replacement, the same draw for every column of one
/// replicate (energy and quality of a run belong together); for a prediction, drawn log-normally from its
/// stated interval.
class Replicate {
 public:
  Replicate(const Alternative& alternative, std::uint64_t seed, std::uint64_t stream);
  [[nodiscard]] std::optional<double> typical(const std::string& column) const;

 private:
  const Alternative* alternative_;
  std::vector<std::size_t> drawn_;
  double z_ = 0;  ///< of a prediction: one standard normal for all its columns
};

}  // namespace joulecast::tradeoff
