// The views of stored runs that are computed: the figures of a summary (session/runs/run_summary.hpp) as
// rows.
#pragma once

#include <vector>

#include "carbon/intensity.hpp"
#include "store/sql_query.hpp"

namespace joulecast::session {

/// costs, energy, epochs, phases, steps, windows, window_totals, means and projections. Emissions come from
/// the tables, for the place that a run has in the store.
[[nodiscard]] std::vector<store::ComputedView> computed_run_views(Result<carbon::IntensityTable> table);

}  // namespace joulecast::session
