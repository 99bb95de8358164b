// Limits of time, energy or money that may end a training before its total: "time budget: 2 h",
// "max_minutes=30", "will stop after 30 min", "Job deadline in 00:30:00", "Budget: 0.02 GPU-hours", "elapsed
// 3 s of 30 s".
#pragma once

#include <string_view>

namespace joulecast::progress {

/// `lowered`: the line in small letters. False for time-outs of downloads, workers and requests, and for the
/// limit that Slurm has for a job, which seldom is the training's own.
[[nodiscard]] bool limits_the_time(std::string_view lowered);

}  // namespace joulecast::progress
