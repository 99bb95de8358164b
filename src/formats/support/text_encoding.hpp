// Text as UTF-8, whatever a shell has written: Windows PowerShell redirects output as UTF-16.
#pragma once

#include "base/input_file.hpp"

namespace joulecast::formats {

/// Reads the same bytes, or UTF-8 if they are UTF-16: with a byte order mark, or with a zero in every second
/// byte of the beginning. A byte order mark is left out; a lone surrogate becomes U+FFFD. A file in which one
/// program has written UTF-16 and another ASCII is read as what each of them wrote.
[[nodiscard]] ReadBytes as_utf8(ReadBytes read);

}  // namespace joulecast::formats
