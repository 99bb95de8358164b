// Sizes of well-known training sets, for tables that name a dataset and not its size.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace joulecast::estimate {

struct Dataset {
  std::string_view name;
  double train_samples;
  std::string input_shape;  ///< of one sample as it is fed to a network by custom; empty where there is none
};

/// nullptr where the name is not one of the few whose size is beyond doubt. Ignores case.
[[nodiscard]] const Dataset* find_dataset(std::string_view name);

}  // namespace joulecast::estimate
