// What the title of a progress bar says that the bar counts. It holds for tqdm, rich and whatever else draws
// bars: the titles are the programs' own.
#pragma once

#include <optional>
#include <string_view>

namespace joulecast::progress {

enum class BarKind {
  epochs,       ///< "Epochs", or a bar whose unit is an epoch
  epoch_steps,  ///< "Epoch 3/10", "Train Epoch 3": the steps of that epoch
  steps,        ///< "Steps", "Batches": of one epoch or of the whole training
  training,     ///< "Training": steps or epochs
  evaluation,   ///< "Epoch 3 [val]", "Testing"
  preparation,  ///< "Downloading", "Tokenizing train dataset", "Loading checkpoint shards", "Finding best lr"
  unknown,      ///< no title, or one that says nothing
};

struct BarTitle {
  BarKind kind = BarKind::unknown;
  std::optional<int> epoch;      ///< of epoch_steps and evaluation, where it is named
  std::optional<double> epochs;  ///< "Epoch 3/10": 10
  bool of_rounds = false;        ///< "Episode [1/3]": what it names may have epochs within
  /// False: the number is said to be no epoch's ("train 3"), or the preparation may be a part of the training
  /// ("Processing").
  bool sure = true;
};

/// `unit`: what the bar says that it counts ("batch", "B", "examples"), "" where it does not.
[[nodiscard]] BarTitle read_bar_title(std::string_view title, std::string_view unit);

}  // namespace joulecast::progress
