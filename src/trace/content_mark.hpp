// Where a run keeps what tells the file that it was imported from.
#pragma once

#include <string_view>

namespace joulecast::trace {

/// Key in RunInfo::extra_json of a mark of the imported content, so that two files with the same name and
/// beginning are two runs.
inline constexpr std::string_view content_key = "content";

}  // namespace joulecast::trace
