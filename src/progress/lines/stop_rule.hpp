// Rules in a program's own words that may end a training before its total: "stop when val_loss < 0.1",
// "no_improve=2/5", "time budget: 2 h", "target accuracy: 0.9", "up to 60 epochs".
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

struct StopRule {
  /// Epochs without improvement that end the training, where the line says it in epochs.
  std::optional<double> patience;
};

/// `lowered`: the line in small letters. Nothing for what only sounds like it: the counters of a learning
/// rate's schedule, the time-outs of downloads and workers, guards against losses that are no numbers.
[[nodiscard]] std::optional<StopRule> find_stop_rule(std::string_view lowered);

}  // namespace joulecast::progress
