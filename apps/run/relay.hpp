// Moves the child's output to joulecast's, and the terminal's input to the child, on its own threads.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "run/child_streams.hpp"

namespace joulecast::run {

/// The relay owns the child's streams and knows nothing else of the measurement. It acts on the rest of the
/// program only through these two functions, so that it could become a separate process.
struct RelayHost {
  /// Writes bytes to joulecast's standard output or error (`to`). Returns false if nobody reads there any
  /// more. Called from several threads.
  std::function<bool(int to, std::string_view bytes)> pass;
  /// Receives a copy of the bytes after `pass`, one call at a time. May be empty.
  std::function<void(std::string_view bytes)> listen;
};

class Relay {
 public:
  /// Puts the user's terminal into raw mode if the child has its own; the destructor restores it. retry if
  /// the system has no more threads or descriptors.
  [[nodiscard]] static Result<Relay> start(ChildStreams streams, RelayHost host);
  Relay(Relay&&) noexcept;
  Relay& operator=(Relay&&) = delete;
  ~Relay();

  /// Copies a changed size of the user's terminal to the child's.
  void resize() const;
  /// Call when the child has ended: passes on its remaining output and stops.
  void finish();

 private:
  class State;
  explicit Relay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::run
