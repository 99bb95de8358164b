// Text without what is meant for a terminal, and with line feeds at the ends of its lines.
#pragma once

#include "base/input_file.hpp"

namespace joulecast::formats {

/// Reads the same text without the codes that colour it or move the cursor (ECMA-48: ESC [ … m, ESC ] … BEL).
/// If its first lines end in nothing but carriage returns, as old programs of the Macintosh write them, every
/// line ends in a line feed instead.
[[nodiscard]] ReadBytes without_terminal_codes(ReadBytes read);

}  // namespace joulecast::formats
