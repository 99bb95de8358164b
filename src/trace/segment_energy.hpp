// Energy of a training that was joined from several runs: each segment by the meters that it had, and their
// sum. Internal to trace/energy.hpp.
#pragma once

#include "trace/energy.hpp"

namespace joulecast::trace {

/// Sums by device. A device that only some segments had is judged by the time of those alone.
[[nodiscard]] RunEnergy energy_of_segments(const Run& run, Span span, IntegrationOptions options);

[[nodiscard]] std::vector<std::optional<Joules>> span_energies_of_segments(const Run& run,
                                                                           std::span<const Span> spans,
                                                                           IntegrationOptions options);

[[nodiscard]] Result<Trace> total_energy_of_segments(const Run& run, IntegrationOptions options);

}  // namespace joulecast::trace
