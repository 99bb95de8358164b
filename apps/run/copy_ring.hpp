// Carries a copy of the child's output from the relay process to joulecast, through memory that both share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace joulecast::run {

/// A piece of output as it arrived.
struct CopyPiece {
  SteadyTime time;
  int stream = 0;  ///< which of the child's streams
  std::string_view bytes;
};

/// A ring with one writer and one reader, who may be in different processes. Neither waits for the other:
/// what does not fit is lost and counted, from the end of one line to the end of another, so that the reader
/// never sees two halves of different lines as one. Of what was lost at the very end the last part is kept.
class CopyRing {
 public:
  static constexpr std::size_t capacity = std::size_t{4} << 20;
  static constexpr std::size_t largest_piece = std::size_t{128} << 10;
  static constexpr std::size_t last_part = std::size_t{64} << 10;
  static constexpr int streams = 2;

  /// Maps memory that processes forked from now on share; retry if there is none.
  [[nodiscard]] static Result<CopyRing> create();
  CopyRing(CopyRing&& other) noexcept;
  CopyRing& operator=(CopyRing&&) = delete;
  ~CopyRing();

  /// The writer's side. `put` keeps the piece, or as much of it as there is room for. True if the reader
  /// asked to be woken. bytes.size() <= largest_piece.
  [[nodiscard]] bool put(int stream, SteadyTime time, std::string_view bytes);

  /// The reader's side: the oldest piece, valid until drop().
  [[nodiscard]] std::optional<CopyPiece> front();
  void drop();
  /// What was lost since the newest piece: its last lines, and when they arrived. They are not lost any more.
  /// For a reader that has seen every piece, once the writer writes no more; nothing while it does.
  [[nodiscard]] std::optional<std::pair<SteadyTime, std::string>> take_last_lost(int stream);
  /// Asks to be woken once this many bytes are there. False if they are there already.
  [[nodiscard]] bool ask_to_be_woken(std::size_t bytes = 1);
  /// How many bytes wait for the reader, with what goes with them.
  [[nodiscard]] std::size_t waiting() const;
  /// How many bytes were lost so far.
  [[nodiscard]] std::uint64_t lost() const;
  /// Forgets where the writer stood within a line; for a writer that replaces one that was killed.
  void begin_writing_again();

 private:
  struct Shared;
  explicit CopyRing(Shared* shared) : shared_(shared) {}
  [[nodiscard]] std::size_t keep(int stream, SteadyTime time, std::string_view bytes);
  [[nodiscard]] bool append(int stream, SteadyTime time, std::string_view bytes, std::size_t reserve);

  Shared* shared_;
};

}  // namespace joulecast::run
