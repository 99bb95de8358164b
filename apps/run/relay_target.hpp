// Where a relay writes: a stream that may be slow, full, broken or shared with other programs.
#pragma once

#include <cstddef>
#include <string_view>

namespace joulecast::run {

/// Writes without ever waiting, although the stream that joulecast was given may be a blocking one. Its
/// settings are not changed, because other programs share them. Allocates nothing.
class RelayTarget {
 public:
  RelayTarget() = default;
  /// `stream` must stay open.
  explicit RelayTarget(int stream);
  RelayTarget(const RelayTarget&) = delete;
  RelayTarget& operator=(const RelayTarget&) = delete;
  ~RelayTarget();
  void open(int stream);

  enum class Outcome {
    written,
    waits,    ///< poll() for POLLOUT
    dropped,  ///< cannot be written now (a full disk), later bytes perhaps can
    broken    ///< nobody reads there any more
  };
  /// Writes what fits and removes it from `bytes`.
  Outcome write(std::string_view& bytes) const;

  [[nodiscard]] int descriptor() const { return own_ >= 0 ? own_ : stream_; }
  /// Whether a reader that has gone cannot come back: a pipe without a name.
  [[nodiscard]] bool is_nameless_pipe() const { return is_nameless_pipe_; }
  /// Also after it was closed.
  [[nodiscard]] bool is_terminal() const { return is_terminal_; }
  /// Whether the last failure was that nobody reads the pipe or the socket any more.
  [[nodiscard]] bool lost_its_reader() const;
  /// The errno of the last failure.
  [[nodiscard]] int error() const { return error_; }

 private:
  int stream_ = -1;
  int own_ = -1;  ///< the same pipe or terminal opened again, so that it can be non-blocking
  bool is_socket_ = false;
  bool is_nameless_pipe_ = false;
  bool is_terminal_ = false;
  bool in_small_pieces_ = false;  ///< after poll(), a pipe takes PIPE_BUF bytes without blocking
  mutable int error_ = 0;
};

}  // namespace joulecast::run
