// The row of a training in lists, from those of the runs that it consists of.
#pragma once

#include "store/run_query.hpp"

namespace joulecast::session {

/// Adds a later segment to the row of its training.
void add_segment(store::RunRow& training, store::RunRow segment);

/// Adds another node's row to that of its training.
void add_node(store::RunRow& training, const store::RunRow& node);

}  // namespace joulecast::session
