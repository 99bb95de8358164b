// A file descriptor that is closed when its owner goes.
#pragma once

#include <unistd.h>

#include <utility>

#include "base/result.hpp"

namespace joulecast {

/// The one owner of descriptors in this project. -1 = none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Descriptor() { reset(); }

  [[nodiscard]] int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

  /// Hands the number to a new owner.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }
  void reset(int number = -1) {
    const int old = std::exchange(number_, number);
    if (old >= 0) ::close(old);
  }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

/// A pipe that is closed by exec; retry where the process may have no more descriptors.
[[nodiscard]] Result<Pipe> make_pipe();

/// The same file under a number above 2, closed by exec. A process may be started with its standard streams
/// closed; what it opens then gets their numbers, and must not be taken for them.
[[nodiscard]] Result<Descriptor> above_standard_streams(Descriptor descriptor);

}  // namespace joulecast
