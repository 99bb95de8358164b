// How much there is to do, where a line of output says that and nothing else: "Training for 8 epochs",
// "Total optimizer steps: 60", "num_train_epochs = 8".
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

struct TotalMention {
  std::optional<double> epochs;
  std::optional<double> steps;  ///< of the whole training
  std::optional<double> steps_per_epoch;
  bool begins = false;  ///< a sentence that announces the training: "Training for 8 epochs"
  /// False: the line may be one of printed settings, "epochs: 100" or "max_steps: 500".
  bool sure = true;
};

/// `lowered`: the line in small letters. Nothing for lines that tell no total.
[[nodiscard]] std::optional<TotalMention> find_totals(std::string_view lowered);

/// A total behind the number that it is of: ", max_epochs=8" in what follows "epoch=3".
[[nodiscard]] std::optional<double> total_of_epochs_beside(std::string_view after);
/// ", total_steps: 8", ", total 8" in what follows "step 3".
[[nodiscard]] std::optional<double> total_of_steps_beside(std::string_view after);

/// Settings that are printed, "Namespace(epochs=90, …": they may be for anything.
[[nodiscard]] bool are_settings(std::string_view lowered);

/// "Start training": what came before was preparation.
[[nodiscard]] bool starts_training(std::string_view lowered);

}  // namespace joulecast::progress
