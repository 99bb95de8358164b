// The keys of a run.json that are not ours, as text.
#pragma once

#include <string>

#include "trace/training_description.hpp"

namespace joulecast::formats {

/// Of RunInfo::extra_json: its plain values, numbers as they are written. Objects, lists and nulls are left
/// out; so is everything where the text is no JSON object.
[[nodiscard]] trace::Tags plain_values(const std::string& extra_json);

}  // namespace joulecast::formats
