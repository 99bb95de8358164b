// Which predictions are worth a choice: faster or cheaper than all others.
#pragma once

#include <cstddef>
#include <vector>

#include "session/forecast/predict_training.hpp"

namespace joulecast::session {

/// Places of the predictions that fit into memory and that no other one beats in both time and energy of an
/// epoch, by rising time. Those without a time have no place in it.
[[nodiscard]] std::vector<std::size_t> front_of(const std::vector<Prediction>& predictions);

}  // namespace joulecast::session
