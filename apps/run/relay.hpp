// joulecast's side of the relay process: starts it, listens to its copy, and has it write to the terminal.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "run/child_streams.hpp"
#include "run/copy_listener.hpp"
#include "run/relay_link.hpp"

namespace joulecast::run {

class Relay {
 public:
  /// Forks the process (relay_until_the_end), which keeps the command's output going even if joulecast is
  /// killed. Call before any thread. retry if the system has no more processes, threads, memory or
  /// descriptors.
  [[nodiscard]] static Result<Relay> start(ChildStreams streams, LiveMode live, Listener listener);
  Relay(Relay&&) noexcept;
  Relay& operator=(Relay&&) = delete;
  /// Without finish(): the process leaves at once.
  ~Relay();

  /// Prints a line of our own that stays, and the live line. Any thread. Never waits.
  void say(const std::string& line);
  void draw(const std::string& line);

  /// Copies a changed size of the user's terminal to the command's.
  void resize();
  /// Gives the user's terminal back, before this job is stopped.
  void suspend();
  /// Takes it again, if this job is in its foreground.
  void resume();

  /// Readable when take() has something to do; -1 while there is no process.
  [[nodiscard]] int descriptor() const;
  /// Hears the process, or replaces it if somebody killed it.
  void take();
  /// Whether the process has, since the last call, taken the user's terminal without resume().
  [[nodiscard]] bool took_terminal();

  /// Call when the command has ended. Once is_drained(), everything that it wrote has been passed on. If it
  /// is not is_draining() afterwards, the process could not be told; call again.
  void drain();
  [[nodiscard]] bool is_draining() const;
  [[nodiscard]] bool is_drained() const;

  struct Summary {
    std::uint64_t unheard = 0;    ///< bytes of the command that nobody listened to in time
    std::uint64_t unwritten = 0;  ///< bytes that could not be written where they belong
    int unwritten_errno = 0;
    std::uint64_t killed_with = 0;  ///< bytes that killed processes had not written yet
    int replaced = 0;               ///< how often the process had to be replaced
    bool within_line = false;       ///< what the command wrote did not end with a line
  };
  /// Listens to the rest of the copy and lets go of the process. It stays as long as something that the
  /// command left behind may still write.
  Summary finish();

 private:
  class State;
  explicit Relay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace joulecast::run
