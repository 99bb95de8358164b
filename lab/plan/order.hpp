// In which order the runs of a campaign come.
#pragma once

#include <cstddef>
#include <vector>

#include "lab/plan/plan.hpp"

namespace joulecast::lab {

/// The places of the plan's cells in one block: repetition `block` (from 1) of each. The order depends on the
/// seed, the block and the cells themselves; not on the order in which the plan names factors and levels, and
/// a cell that is added or taken away leaves the order of the others as it was.
[[nodiscard]] std::vector<std::size_t> order_of_block(const Plan& plan, int block);

/// What {seed} stands for: the same in all cells, so that they are compared on the same seeds.
[[nodiscard]] std::uint64_t seed_of(const Plan& plan, int repetition);

}  // namespace joulecast::lab
