// What figures tell of, by their names: a validation, a test, the training, or a result that work has.
#pragma once

#include <vector>

#include "progress/metric_text.hpp"

namespace joulecast::progress {

/// Figures of a validation or test are among them.
[[nodiscard]] bool tell_a_validation(const std::vector<MetricText>& metrics);
[[nodiscard]] bool are_of_a_validation(const std::vector<MetricText>& metrics);
[[nodiscard]] bool are_of_a_test(const std::vector<MetricText>& metrics);
/// One is neither of a validation nor of a test, nor the best so far.
[[nodiscard]] bool are_of_the_training(const std::vector<MetricText>& metrics);
/// One is more than the best so far.
[[nodiscard]] bool tell_of_now(const std::vector<MetricText>& metrics);
/// One can be known only when something was done; a rate or a temperature is set before.
[[nodiscard]] bool tell_a_result(const std::vector<MetricText>& metrics);

}  // namespace joulecast::progress
