// Messages of our own on standard error, which may be closed, full, non-blocking or read by nobody.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "base/printable.hpp"

namespace joulecast::run {

/// Writes the text as far as standard error takes it. Never throws and never waits for a reader longer than
/// some seconds, because no message is worth the exit status of a command.
void tell_text(std::string_view text) noexcept;

/// Formats a message and writes it. Control characters within names and errors do not reach the terminal.
template <class... Arguments>
void tell(fmt::format_string<Arguments...> format, Arguments&&... arguments) noexcept {
  try {
    tell_text(printable_lines(fmt::format(format, std::forward<Arguments>(arguments)...)));
  } catch (...) {
    tell_text("joulecast: out of memory\n");
  }
}

}  // namespace joulecast::run
