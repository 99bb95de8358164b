// A flag that poll() can wait for.
#pragma once

#include "base/descriptor.hpp"

namespace joulecast {

/// One thread waits for the descriptor to become readable, any thread sets it.
class WakeUp {
 public:
  /// retry where the process may have no more descriptors.
  [[nodiscard]] static Result<WakeUp> create();

  void set() const;
  void clear() const;
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }

 private:
  explicit WakeUp(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace joulecast
