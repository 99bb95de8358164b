// Sizes of well-known training sets, for tables that give a dataset's name but not its size.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulecast::estimate {

struct Dataset {
  std::string_view name;
  double train_samples;
  /// shape in which one sample is usually fed to a network; empty if there is no usual shape
  std::string input_shape;
};

/// nullptr if the dataset is not in this short list of undisputed sizes. Ignores case, blanks, dashes and
/// underscores.
[[nodiscard]] const Dataset* find_dataset(std::string_view name);

}  // namespace joulecast::estimate
