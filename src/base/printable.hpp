// Keeps text that others wrote (names, tags, metrics, file names) from controlling a terminal.
#pragma once

#include <string>
#include <string_view>

namespace joulecast {

/// The text with a blank for each control character (C0, DEL, C1), line or paragraph separator,
/// bidirectional control and invisible character (byte order mark, tags …; not the joiners of scripts), and
/// with U+FFFD for each byte that is not UTF-8.
[[nodiscard]] std::string printable(std::string_view text);
/// The same, but line feeds stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// JSON text with those characters as \u escapes. Outside of its strings there are none but line feeds.
[[nodiscard]] std::string printable_json(std::string_view json);

}  // namespace joulecast
