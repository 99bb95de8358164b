// Stores finished runs piece by piece, as an importer reads them: memory does not grow with the run.
#pragma once

#include <string>
#include <vector>

#include "trace/run_sink.hpp"

namespace joulecast::store {

/// A run is in the store whole or not at all; one that is not ended leaves nothing behind. It is stored under
/// header.info.id where that is usable, else under a new id. A run whose id the store has already is passed
/// over. The store must outlive this and is locked for writers while a run is open.
class RunImport : public trace::RunSink {
 public:
  struct Kept {
    std::string id;
    bool already_there = false;  ///< the store had it: nothing was changed
  };
  /// One for each begin(), in order.
  [[nodiscard]] virtual const std::vector<Kept>& kept() const = 0;
};

}  // namespace joulecast::store
