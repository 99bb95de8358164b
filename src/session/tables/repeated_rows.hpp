// Rows that say the same thing twice: a run listed under two identifiers counts as two and makes results look
// surer than they are.
#pragma once

#include <vector>

#include "session/tables/run_table.hpp"

namespace joulecast::session {

/// Rows that equal an earlier row in every column but the identifiers (columns whose cells are all
/// different), ascending. Only where at least three of the equal columns hold measured figures (numbers with
/// decimals): in a table of a few rounded columns equal rows are natural, and nothing is returned.
[[nodiscard]] std::vector<std::size_t> repeated_rows(const RunTable& table);

}  // namespace joulecast::session
