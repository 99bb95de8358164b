// What `joulecast predict --json` wrote, read back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "session/forecast/predict_training.hpp"

namespace joulecast::report {

/// `name` is what errors call the text. malformed where it is not such JSON.
[[nodiscard]] Result<std::vector<session::Prediction>> predictions_from_json(std::string_view text,
                                                                             const std::string& name);

}  // namespace joulecast::report
