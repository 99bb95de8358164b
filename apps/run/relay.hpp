// Moves the child's output to ours, and our terminal's input to the child's, on threads of their own.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "run/child.hpp"
#include "run/screen.hpp"

namespace joulecast::run {

/// A copy of the child's output, after it was passed on. Called from the relay's threads, one call at a time.
using OutputListener = std::function<void(std::string_view bytes)>;

class Relay {
 public:
  /// Puts our terminal into raw mode where the child has one of its own; the destructor restores it.
  Relay(const Wiring& wiring, Screen& screen, OutputListener listener);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// The child has ended: passes on what it still left in the pipes and stops.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::run
