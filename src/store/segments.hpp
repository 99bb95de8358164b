// The runs that belong to one training.
#pragma once

#include <string>
#include <vector>

#include "store/run_store.hpp"

namespace joulecast::store {

/// Of a training that a run belongs to. `id` is a run's whole id.
struct SegmentIds {
  std::vector<std::string> ids;  ///< in the order in which they went on with each other; at least one
  /// The run that the first one goes on with, if the store does not have it; "" = it goes on with none.
  std::string lost;
};

/// Follows the links of the runs, not their clocks. Where two runs go on with the same one, the one that was
/// stored first comes first.
[[nodiscard]] Result<SegmentIds> segments_of(const RunStore& store, const std::string& id);

/// The segments, as load() or summary() read them, joined (trace::join_segments).
enum class Reading { whole, summary };
[[nodiscard]] Result<trace::Run> read_joined(const RunStore& store, const SegmentIds& segments,
                                             Reading reading);

}  // namespace joulecast::store
