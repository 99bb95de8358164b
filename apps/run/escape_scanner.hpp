// Reads along what a program writes to a terminal, as far as a row of our own on that terminal depends on it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace joulecast::run {

/// Control sequences may come in any number of pieces. Allocates nothing.
/// Source: ECMA-48; https://invisible-island.net/xterm/ctlseqs/ctlseqs.html;
/// https://vt100.net/emu/dec_ansi_parser
class EscapeScanner {
 public:
  enum class Found {
    nothing,
    /// A part of the screen was erased, and our row may have been with it.
    erased,
    /// The program uses the screen itself: alternate screen, reset, scroll region, saved cursor, or a row
    /// below the last one that it was given.
    takes_over
  };

  struct Reading {
    Found found = Found::nothing;
    std::size_t read = 0;   ///< bytes up to the end of what was found, or all
    std::size_t begin = 0;  ///< where the last sequence among them begins
  };
  /// Reads until something is found, or to the end.
  [[nodiscard]] Reading scan(std::string_view bytes);
  /// Whether the bytes ended within a short sequence, which a terminal does not act on before its end. Its
  /// bytes may be kept and read again after begin_again().
  [[nodiscard]] bool within_short_sequence() const {
    return state_ == State::escape || state_ == State::intermediate || state_ == State::control;
  }
  void begin_again() { state_ = State::text; }

  /// Rows of the program's terminal; 0 = unknown.
  void set_rows(int rows) { rows_ = rows; }
  /// Whether no sequence and no character is half written, so that ours would not mix with it.
  [[nodiscard]] bool at_rest() const { return state_ == State::text && missing_ == 0; }

 private:
  enum class State { text, escape, intermediate, control, string, string_escape };

  Found take(char c);
  Found take_escape(char c);
  Found take_control(char c);
  [[nodiscard]] Found meaning_of(char final) const;
  void begin_control();
  void note_text(std::string_view text);

  State state_ = State::text;
  int rows_ = 0;
  int missing_ = 0;  ///< bytes that the last UTF-8 character still lacks
  char intermediate_ = 0;
  char prefix_ = 0;  ///< one of "<=>?"
  std::array<int, 8> parameters_{};
  std::size_t count_ = 0;  ///< parameters begun
};

}  // namespace joulecast::run
