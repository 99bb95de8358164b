// Finds the measured data, which is not part of the source tree. Tests that need it are skipped visibly if it
// is missing.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace joulecast::testing {

/// $JOULECAST_DATA, or else ../shared/data beside the source tree; empty if neither exists.
inline std::filesystem::path shared_data() {
  std::filesystem::path root = std::filesystem::path(JOULECAST_SOURCE) / ".." / "shared" / "data";
  if (const char* set = std::getenv("JOULECAST_DATA")) root = set;
  std::error_code ignored;
  return std::filesystem::is_directory(root, ignored) ? root : std::filesystem::path{};
}

}  // namespace joulecast::testing

#define SKIP_WITHOUT_SHARED_DATA(root)                   \
  const auto root = ::joulecast::testing::shared_data(); \
  if (root.empty()) GTEST_SKIP() << "the measured data is not here (set JOULECAST_DATA)"
