// A file descriptor that is closed by its owner's destructor.
#pragma once

#include <unistd.h>

#include <utility>

#include "base/result.hpp"

namespace joulecast {

/// All descriptors of this project are owned by this class. -1 = none.
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

/// A pipe that exec closes; retry if the process has no more descriptors.
[[nodiscard]] Result<Pipe> make_pipe();

/// Moves the file to a number above 2, closed by exec. If a process is started with closed standard streams,
/// the files that it opens get their numbers and could be mistaken for them.
[[nodiscard]] Result<Descriptor> above_standard_streams(Descriptor descriptor);

}  // namespace joulecast
