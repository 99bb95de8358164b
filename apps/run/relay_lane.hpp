// One stream of the command within the relay process: from where it is read to where it is written.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "run/copy_ring.hpp"
#include "run/escape_scanner.hpp"
#include "run/relay_target.hpp"

namespace joulecast::run {

/// Holds at most one piece of the command's output, and what joulecast writes between pieces. Allocates
/// nothing.
class RelayLane {
 public:
  /// `from` is made non-blocking and closed at its end; -1 = only joulecast writes here.
  void open(int from, int to);

  [[nodiscard]] int from() const { return from_; }
  [[nodiscard]] const RelayTarget& target() const { return target_; }
  /// Whether bytes wait for the target.
  [[nodiscard]] bool is_writing() const { return passes_on() || may_write_own(); }
  /// Whether bytes of the command do.
  [[nodiscard]] bool passes_on() const { return begin_ < ready_; }
  [[nodiscard]] std::size_t held() const { return end_ - begin_; }
  [[nodiscard]] bool has_own() const { return own_begin_ < own_end_; }
  [[nodiscard]] bool at_line_start() const { return at_line_start_; }

  /// Whether the command writes to a pipe that nobody reads any more at its other end.
  [[nodiscard]] bool lost_its_reader() const {
    return from_ >= 0 && !scans_ && (reader_left_ || (broken_ && target_.lost_its_reader()));
  }
  /// poll() has said so.
  void lose_reader() { reader_left_ = true; }
  /// Closes what the command writes to: it meets a broken pipe, as it would alone.
  void close_source();

  /// Reads what there is, up to the buffer's size. Empty if nothing came. Only if nothing waits.
  [[nodiscard]] std::string_view read();

  struct Step {
    enum Kind {
      idle,       ///< everything is written, and more can be read
      waits,      ///< the target is full
      took_over,  ///< next, the command will use the whole screen (EscapeScanner)
      erased      ///< the command has erased a part of the screen
    };
    Kind kind = idle;
    std::size_t unwritten = 0;  ///< bytes of the command that could not be written
  };
  /// Writes as far as possible, or to the next event.
  [[nodiscard]] Step step();

  /// Appends bytes of our own, written before the next piece of the command; nothing if there is no room.
  void add(std::string_view bytes);
  /// The same for a line that stays. It begins at the start of a line.
  void add_line(std::string_view line, std::string_view end);
  /// Lets our own bytes be written even within a sequence of the command that may never be completed.
  void force_own() { forced_ = true; }
  /// Gives up what nobody reads.
  void drop_own() { own_begin_ = own_end_ = 0; }

  /// Reads along what the command does to a terminal of this many rows.
  void scan(int rows);
  [[nodiscard]] bool scans() const { return scans_; }
  /// No longer stops before the command takes over.
  void let_take_over();

 private:
  enum class Ahead { unknown, held, erased, takes_over, may_take_over };

  RelayTarget::Outcome write(const char* bytes, std::size_t& begin, std::size_t end);
  [[nodiscard]] bool may_write_own() const { return has_own() && (forced_ || scanner_.at_rest()); }
  void look_ahead();
  void allow(std::size_t bytes);

  int from_ = -1;
  RelayTarget target_;
  EscapeScanner scanner_;
  bool scans_ = false;
  bool holds_ = false;  ///< keeps back the beginning of a sequence until it is complete
  bool forced_ = false;
  bool broken_ = false;
  bool reader_left_ = false;
  bool at_line_start_ = true;
  Ahead ahead_ = Ahead::unknown;
  std::size_t begin_ = 0, ready_ = 0, end_ = 0;  ///< written up to begin_, may be written up to ready_
  std::size_t announced_ = 0;                    ///< length of the sequence with which the command takes over
  std::size_t own_begin_ = 0, own_end_ = 0;
  std::array<char, 8192> own_;
  std::array<char, CopyRing::largest_piece> bytes_;
};

}  // namespace joulecast::run
