// How a training's step is set up: `predict` and `probe`.
#pragma once

#include "cli/support/arguments.hpp"
#include "session/forecast/predict_training.hpp"

namespace joulecast::cli {

/// --precision, --memory-format, --compile, --accumulate, --checkpointing, --lora, --freeze, --shard,
/// --nodes, --tensor-parallel, --pipeline-parallel, --interconnect.
void add_step_options(Arguments app, session::StepRequest& step);

}  // namespace joulecast::cli
