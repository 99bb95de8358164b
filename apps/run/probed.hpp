// What a probe has told, in the form in which it is extrapolated to the whole training and shown.
#pragma once

#include "run/run_command.hpp"
#include "session/forecast/probe_training.hpp"

namespace joulecast::run {

[[nodiscard]] session::ProbedTraining probed_by(const MeasureResult& measured);

}  // namespace joulecast::run
