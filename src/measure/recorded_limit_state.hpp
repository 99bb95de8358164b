// The limits of a run, seen by a process that does not measure it: one that another process measures asks the
// store what is known, and follows the same rule (limits.hpp).
#pragma once

#include <optional>

#include "base/units.hpp"
#include "measure/limits.hpp"
#include "trace/run.hpp"

namespace joulecast::measure {

/// The state of a run that goes on, as the store has it. `used`: by the whole run so far, nothing where that
/// is not known. Of the forecast only the interval is stored, so the probability to exceed the limit is that
/// of a normal distribution with this interval; where there is no interval, it is not known.
[[nodiscard]] LimitState limit_state_of(const trace::Run& run, std::optional<Joules> used, Joules limit);

/// A stored forecast once so much is used: no figure lies below it. Unless the run is over, all of the work
/// that was announced was not all, and the forecast is then not ready.
[[nodiscard]] trace::Projection forecast_after(trace::Projection made, std::optional<Joules> used, bool over);

}  // namespace joulecast::measure
