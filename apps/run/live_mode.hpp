// Where the live line goes.
#pragma once

#include <optional>

#include "run/child_streams.hpp"
#include "run/relay_link.hpp"

namespace joulecast::run {

/// A row of its own if the command's output goes to a terminal that can do it (the relay falls back to the
/// title if the terminal is too low), else plain lines. Plain lines too under Slurm and nohup, unless the
/// user wants something else.
[[nodiscard]] LiveMode choose_live_mode(std::optional<LiveMode> wanted, const ChildStreams& streams);

/// Columns of the terminal on this stream; 80 if unknown.
[[nodiscard]] int live_columns(int stream);

}  // namespace joulecast::run
