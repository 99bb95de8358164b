// A store in which each training is one run, also where it was interrupted and went on later. The runs that
// it consists of, its segments and those of the other nodes of its job, stay in the store as they were
// recorded (trace/segment.hpp, trace/join_nodes.hpp).
#pragma once

#include <memory>

#include "store/run_store.hpp"

namespace joulecast::session {

/// Lists, loads, tags and removes trainings instead of segments. Any reference to a segment means its
/// training, whose id is that of its first segment, on the first node of several. A list of which a part is
/// asked for may have fewer rows, where several nodes of one job are in that part. A query that asks for
/// segments (store::RunQuery::segments, continues), SQL and sums see the runs as they were recorded.
[[nodiscard]] std::unique_ptr<store::RunStore> joined_store(std::unique_ptr<store::RunStore> runs);

}  // namespace joulecast::session
