// The tags that keep the names which a user gave to ranks that another rank of their node measures.
#pragma once

#include <fmt/format.h>

#include <string>

namespace joulecast::trace {

/// A command finds the run by this tag's value as by its own name.
[[nodiscard]] inline std::string rank_tag(int rank) {
  return fmt::format("rank {}", rank);
}

}  // namespace joulecast::trace
