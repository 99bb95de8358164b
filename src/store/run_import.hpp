// Stores finished runs piece by piece while an importer reads them, so that memory does not grow with the
// run.
#pragma once

#include <string>
#include <vector>

#include "trace/run_sink.hpp"

namespace joulecast::store {

/// A run is stored completely or not at all: a run without an end() leaves nothing behind. Its id is
/// header.info.id if that is usable, else a new one. A run whose id is already in the store is skipped. The
/// store must outlive this object and is locked for writers while a run is open.
class RunImport : public trace::RunSink {
 public:
  struct Kept {
    std::string id;
    bool already_there = false;  ///< the run was in the store before and was not changed
  };
  /// One entry for each begin(), in order.
  [[nodiscard]] virtual const std::vector<Kept>& kept() const = 0;
};

}  // namespace joulecast::store
