// The bars of rich: "Epoch ━━━━━━━╸━━━━ 1/3 0:00:12", "Training... ━━━━ 12% -:--:--".
#pragma once

#include <optional>
#include <string_view>

#include "progress/lines/tqdm_bar.hpp"

namespace joulecast::progress {

struct RichBar {
  Bar bar;               ///< figures: all that stands behind the count
  bool percent = false;  ///< only a percentage is printed: done of 100
};

[[nodiscard]] std::optional<RichBar> find_rich_bar(std::string_view text);

}  // namespace joulecast::progress
