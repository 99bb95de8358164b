// What a program says before it trains: that it loads, counts or prepares something. The training begins
// after it, at the earliest.
#pragma once

#include <string_view>

namespace joulecast::progress {

/// Work that comes before any training: "Preprocessing batch 3/50", "Map: 45%", "lr_find step 3/100".
[[nodiscard]] bool counts_preparation(std::string_view text);

/// "Using device: cuda", "Resuming from epoch 17", "Loaded 60000 samples", "Number of parameters: 124M".
[[nodiscard]] bool tells_of_preparation(std::string_view text);

}  // namespace joulecast::progress
