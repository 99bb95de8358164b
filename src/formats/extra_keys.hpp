// The keys of a run.json that joulecast does not define, as text.
#pragma once

#include <string>

#include "trace/training_description.hpp"

namespace joulecast::formats {

/// The plain values in RunInfo::extra_json, with numbers as they are written. Objects, lists and nulls are
/// left out. Empty if the text is not a JSON object.
[[nodiscard]] trace::Tags plain_values(const std::string& extra_json);

}  // namespace joulecast::formats
