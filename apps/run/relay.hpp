// Moves the child's output to ours, and our terminal's input to the child's, on threads of their own.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "run/child_streams.hpp"

namespace joulecast::run {

/// The relay owns the child's streams and knows nothing else of the measurement: what it does for others goes
/// through these two, so that it can be a process of its own.
struct RelayHost {
  /// Passes bytes on to our standard output or error (`to`). False where nobody reads there any more. Called
  /// from several threads.
  std::function<bool(int to, std::string_view bytes)> pass;
  /// Gets a copy of the bytes after they were passed on, one call at a time. May be empty.
  std::function<void(std::string_view bytes)> listen;
};

class Relay {
 public:
  /// Puts our terminal into raw mode where the child has one of its own; the destructor restores it. retry
  /// where the system gives no more threads or descriptors.
  [[nodiscard]] static Result<Relay> start(ChildStreams streams, RelayHost host);
  Relay(Relay&&) noexcept;
  Relay& operator=(Relay&&) = delete;
  ~Relay();

  /// Our terminal changed its size: so does the child's.
  void resize() const;
  /// The child has ended: passes on what it still left behind and stops.
  void finish();

 private:
  class State;
  explicit Relay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::run
