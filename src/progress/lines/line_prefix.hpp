// The prefix that loggers and launchers put before a message: a time, a level, a logger's name, a rank.
#pragma once

#include <string>
#include <string_view>

namespace joulecast::progress {

struct Prefix {
  std::size_t length = 0;  ///< where the message begins
  std::string rank;        ///< see Line
};

/// "[rank1]: 2026-02-03 10:11:12,131 - mmdet - INFO - Epoch 3" begins with 41 characters of prefix, of rank
/// "1". A text that is all prefix has none.
[[nodiscard]] Prefix find_prefix(std::string_view text);

}  // namespace joulecast::progress
