// How a training's step is set up: `model`, `predict` and `probe`.
#pragma once

#include "cli/support/arguments.hpp"
#include "session/forecast/predict_training.hpp"
#include "session/machine/describe_network.hpp"

namespace joulecast::cli {

/// What a step keeps in memory: --accumulate, --checkpointing, --lora, --freeze, --shard.
void add_memory_options(Arguments app, session::NetworkRequest& network);
void add_memory_options(Arguments app, session::StepRequest& step);

/// Those, and --precision, --memory-format, --compile, --nodes, --tensor-parallel, --pipeline-parallel,
/// --interconnect.
void add_step_options(Arguments app, session::StepRequest& step);

}  // namespace joulecast::cli
