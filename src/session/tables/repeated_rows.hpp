// Finds repeated rows. A run listed under two identifiers would count twice and make results look more
// certain than they are.
#pragma once

#include <vector>

#include "session/tables/run_table.hpp"

namespace joulecast::session {

/// Returns, in ascending order, the rows that equal an earlier row in every column but the identifiers
/// (columns whose cells all differ). This requires measured figures (numbers with decimals) in at least three
/// of the equal columns. A table with a few rounded columns has equal rows by chance, and then nothing is
/// returned.
[[nodiscard]] std::vector<std::size_t> repeated_rows(const RunTable& table);

}  // namespace joulecast::session
