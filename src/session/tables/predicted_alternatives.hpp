// Candidates for `recommend` that nobody has run: predictions, or a table of them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/forecast/predict_training.hpp"
#include "session/tables/run_table.hpp"
#include "tradeoff/alternative.hpp"

namespace joulecast::session {

/// Energy and time columns take the whole training's figures (those named epoch_... an epoch's) in the
/// column's unit. Candidates that do not fit into their GPU's memory are left out, with a warning. invalid
/// for a key that predictions do not have; `source` is what the error calls them.
[[nodiscard]] Result<std::vector<tradeoff::Alternative>> alternatives_from(
    std::span<const Prediction> predictions, const std::string& source, const std::vector<std::string>& keys,
    const std::vector<std::string>& columns, std::vector<std::string>& warnings);

/// A table with the same key columns, one row a candidate. Its figures have the columns' names;
/// `<column>_low` and
/// `<column>_high` beside one hold the 90 % interval it was predicted with.
[[nodiscard]] Result<std::vector<tradeoff::Alternative>> candidates_from(
    const RunTable& table, const std::vector<std::string>& keys, const std::vector<std::string>& columns);

/// Adds candidates to the measured alternatives. One that was measured (the same labels; a GPU's name may be
/// a part of the other's) is not needed and left out. A correctness that a candidate does not know is taken
/// over from the runs that differ from it only in the machine (gpu, gpu_count, power_limit_w, environment,
/// host): an assumption, said in the warnings.
void add_candidates(std::vector<tradeoff::Alternative>& alternatives,
                    std::vector<tradeoff::Alternative> candidates, const std::vector<std::string>& keys,
                    const std::vector<std::string>& columns, std::vector<std::string>& warnings);

}  // namespace joulecast::session
