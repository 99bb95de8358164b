// Steps whose failure must not reach the measured command.
#pragma once

#include <exception>
#include <optional>
#include <string>

namespace joulecast::run {

/// Calls a step whose failure of any kind must not reach the command. Returns the reason.
template <class Step>
std::optional<std::string> failure_of(Step step) noexcept {
  try {
    step();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace joulecast::run
