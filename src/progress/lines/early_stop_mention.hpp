// Whether a line of output says that the training may end before its total: early stopping.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

struct EarlyStopMention {
  /// How many epochs without improvement end the training, where the line says it.
  std::optional<double> patience{};
  /// How many steps end it, where they are set beside a number of epochs: whichever is reached first.
  std::optional<double> most_steps{};
};

/// `lowered`: the line in small letters. Nothing as well where it says that nothing is stopped early
/// ("early_stopping=False"), or speaks of a schedule of the learning rate, which has a patience of its own.
[[nodiscard]] std::optional<EarlyStopMention> find_early_stop(std::string_view lowered);

}  // namespace joulecast::progress
