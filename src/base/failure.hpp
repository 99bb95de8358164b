// Steps whose failure must not end a thread, and with it the process and what it looks after.
#pragma once

#include <exception>
#include <optional>
#include <string>

namespace joulecast {

/// The reason, even if there is no memory left for it.
[[nodiscard]] inline std::string reason_of(const std::exception& error) noexcept {
  try {
    return error.what();
  } catch (...) {
    return "out of memory";  // short enough to need none
  }
}

/// Calls a step and returns the reason if it failed.
template <class Step>
[[nodiscard]] std::optional<std::string> failure_of(Step&& step) noexcept {
  try {
    step();
    return std::nullopt;
  } catch (const std::exception& error) {
    return reason_of(error);
  }
}

}  // namespace joulecast
