// Candidates for `recommend` that have not been run: predictions, or a table of candidates.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/forecast/predict_training.hpp"
#include "session/tables/run_table.hpp"
#include "tradeoff/alternative.hpp"

namespace joulecast::session {

/// Energy and time columns get the figures of the whole training, in the column's unit; columns named
/// epoch_... get those of an epoch. Candidates that do not fit into their GPU's memory are left out with a
/// warning. invalid for a key that predictions do not have. `source` names the predictions in errors.
[[nodiscard]] Result<std::vector<tradeoff::Alternative>> alternatives_from(
    std::span<const Prediction> predictions, const std::string& source, const std::vector<std::string>& keys,
    const std::vector<std::string>& columns, std::vector<std::string>& warnings);

/// Reads a table with the same key columns and one row per candidate. Its other columns are named like the
/// figures. `<column>_low` and `<column>_high` hold the figure's 90 % interval.
[[nodiscard]] Result<std::vector<tradeoff::Alternative>> candidates_from(
    const RunTable& table, const std::vector<std::string>& keys, const std::vector<std::string>& columns);

/// Adds candidates to the measured alternatives. A candidate that was measured (same labels; a GPU's name may
/// be part of the other's) is left out. If a candidate has no value for correctness, it is taken from the
/// runs that differ only in the machine (gpu, gpu_count, power_limit_w, environment, host). This is an
/// assumption, and the warnings say so.
void add_candidates(std::vector<tradeoff::Alternative>& alternatives,
                    std::vector<tradeoff::Alternative> candidates, const std::vector<std::string>& keys,
                    const std::vector<std::string>& columns, std::vector<std::string>& warnings);

}  // namespace joulecast::session
