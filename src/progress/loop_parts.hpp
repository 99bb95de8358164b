// The parts of somebody's loop: folds, trials, stages, configurations of a grid. Each has headings of its own
// or is named beside its epochs, and counting begins again in each.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "progress/format.hpp"
#include "progress/lines/epoch_mention.hpp"
#include "progress/lines/part_mention.hpp"
#include "progress/loop_epochs.hpp"
#include "progress/part_turns.hpp"

namespace joulecast::progress {

class LoopParts {
 public:
  explicit LoopParts(LoopEpochs& epochs) : epochs_(epochs) {}

  /// "=== Fold 2/5 ===", on a line of its own.
  void head(const std::string& heading, Report& report);
  /// Whether "Config 2/8: lr=0.1" goes on with a grid. The first heading that is heard may be one of a job's
  /// array.
  [[nodiscard]] bool may_be_headed(std::string_view text) const;
  /// A part that is named beside an epoch or step, in `text`. False where the line is of one that runs ahead
  /// of others.
  bool name(const PartMention& part, std::string_view text, Report& report);
  /// "Trial 3 pruned": if the epochs begin again, it is another trial, which nothing names.
  void note_over(const Part& part) { over_ = part; }
  /// A line with an epoch's number. `tagged`: it names its part.
  void follow(const EpochMention& mention, bool tagged, Report& report);

 private:
  void begin(const std::string& key, const std::string& name, std::optional<Part> part, Report& report);
  void follow_part_that_is_over(const EpochMention& mention, Report& report);
  void leave_tagged_part(const EpochMention& mention, bool tagged, Report& report);

  LoopEpochs& epochs_;
  std::string phase_;         ///< that runs
  PartTurns turns_;           ///< of those that are named beside their epochs
  std::optional<Part> over_;  ///< said since the last epoch
  std::optional<std::optional<double>> tagged_total_;
  double tagged_number_ = 0;
  bool tags_count_from_one_ = false;
};

}  // namespace joulecast::progress
