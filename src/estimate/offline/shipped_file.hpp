// A file that comes with the program, which a wheel keeps compressed.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace joulecast::estimate {

/// The file as text; where it is not there, what FILE.gz holds. Errors are those of read_file() for FILE;
/// malformed for a compressed file that is damaged or too large.
[[nodiscard]] Result<std::string> read_shipped_file(const std::filesystem::path& file);

}  // namespace joulecast::estimate
