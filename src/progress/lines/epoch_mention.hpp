// The number beside the word "epoch" in a line that somebody's loop prints, and what the words around it say.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

struct EpochMention {
  enum class Kind {
    progress,  ///< the number of the epoch that runs or is over
    other,     ///< the word or a number is there, but no such number: "best epoch: 3", "epochs: 10"
  };
  /// What words say by themselves: "Starting epoch 3", "Epoch 3 took 12 s", "Validating epoch 3".
  enum class Says { nothing, begins, ends, evaluation };

  Kind kind = Kind::other;
  Says says = Says::nothing;
  double number = 0;
  bool fraction = false;  ///< "epoch: 0.49"
  std::optional<double> total;
  bool total_is_named = false;  ///< "max_epochs=8" is how many there are, whatever the first number is
  bool sure = true;             ///< false: the words before it are not known
  std::string_view before, after;
};

/// Nothing where the line does not have the word and a number after it.
[[nodiscard]] std::optional<EpochMention> find_epoch(std::string_view text);

/// A decimal that is no learning rate or the like: a loss, a score, a duration.
[[nodiscard]] bool has_figure(std::string_view text);

}  // namespace joulecast::progress
