// Candidates for `recommend` that nobody has run: from a table, or from what `joulecast predict --json`
// wrote.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/csv_table.hpp"
#include "tradeoff/alternative.hpp"

namespace joulecast::session {

/// A table with the same key columns, one row a candidate. Its figures have the columns' names;
/// `<column>_low` and
/// `<column>_high` beside one hold the 90 % interval it was predicted with.
[[nodiscard]] Result<std::vector<tradeoff::Alternative>> predicted_from(
    const formats::CsvTable& table, const std::vector<std::string>& keys,
    const std::vector<std::string>& columns);

/// The JSON of `joulecast predict`. Energy and time columns take the whole training's figures (those named
/// epoch_... an epoch's) in the column's unit. Candidates that do not fit into their GPU's memory are left
/// out, with a warning. malformed where the text is not such JSON, invalid for a key that predictions do not
/// have.
[[nodiscard]] Result<std::vector<tradeoff::Alternative>> predicted_from_json(
    const std::string& text, const std::string& name, const std::vector<std::string>& keys,
    const std::vector<std::string>& columns, std::vector<std::string>& warnings);

/// Adds candidates to the measured alternatives. One that was measured (the same labels; a GPU's name may be
/// a part of the other's) is not needed and left out. A correctness that a candidate does not know is taken
/// over from the runs that differ from it only in the machine (gpu, gpu_count, power_limit_w, environment,
/// host): an assumption, said in the warnings.
void add_predicted(std::vector<tradeoff::Alternative>& alternatives,
                   std::vector<tradeoff::Alternative> predicted, const std::vector<std::string>& keys,
                   const std::vector<std::string>& columns, std::vector<std::string>& warnings);

}  // namespace joulecast::session
