// What follows from the phases of a run for its forecasts.
#pragma once

#include <optional>
#include <span>

#include "trace/run.hpp"

namespace joulecast::trace {

/// Whether so much work is all of it. Not where the total is not known.
[[nodiscard]] bool is_done(double work, std::optional<double> total);

/// Whether a run that goes on has done all the work that it announced, and no more: what it used is a fact,
/// and nothing tells how much more comes.
[[nodiscard]] bool all_work_is_done(const Run& run);

/// Whether another phase like this one may follow, so that a total of the work told so far may grow: the
/// current phase does the same amount of work as an earlier one, as the folds of a cross-validation do, or
/// it is the third or later. A second phase of another length, such as the fine-tuning after a warm-up, is
/// taken to be the last.
[[nodiscard]] bool may_count_again(std::span<const Phase> phases);

/// Whether the run's total work is another than that of its last phase: it is known how many phases like it
/// there are, and the projections were made for all of them. Mostly it is more; less where the phases end
/// long before what each announces.
[[nodiscard]] bool total_covers_phases(const Run& run);

/// Marks the projections that were made before the run's last phase began as withdrawn and not ready: they
/// did not know of the work that followed. Of a run whose forecast is in doubt none is ready, as those that
/// were made before the doubt arose did not know of it.
void withdraw_projections(Run& run);

}  // namespace joulecast::trace
