// Describes this machine for the run's record.
#pragma once

#include <span>

#include "sensors/support/sensor.hpp"
#include "trace/run.hpp"

namespace joulecast::measure {

/// Reads /proc below the environment's roots and the system's own names. What cannot be read stays empty. The
/// GPUs are the ones that `channels` measure.
[[nodiscard]] trace::HostInfo describe_host(const sensors::Environment& environment,
                                            std::span<const trace::Channel> channels);

}  // namespace joulecast::measure
