// What the relay process does to the user's terminal: its modes, its bottom row or its title.
#pragma once

#include <array>
#include <string_view>

#include "run/relay_board.hpp"
#include "run/relay_lane.hpp"
#include "run/relay_link.hpp"

namespace joulecast::run {

/// Takes the terminal only while the command's job is in its foreground, and gives it back as it was. Writes
/// through the lane, between the command's own bytes. Allocates nothing.
class RelayTerminal {
 public:
  /// `master`: the command's own terminal. `stream`: the user's.
  void open(RelayLane& lane, int master, int stream, bool own_session, LiveMode live, RelayFacts& facts);

  void take();
  /// Whether the terminal is somebody else's for now. A shell's `fg` sends no signal to a job that runs in
  /// the background, so that only looking tells when it is ours again.
  [[nodiscard]] bool is_away() const { return away_; }
  /// Takes it if it is. Returns whether it was.
  bool come_back();
  /// `for_good`: the command gets all rows.
  void give_back(bool for_good);
  /// The command is about to use the whole screen.
  void yield_row();
  void resize();
  void draw(std::string_view text);
  void draw_again();

 private:
  enum class Shown { nothing, row, title };

  [[nodiscard]] bool in_foreground() const;
  void show();
  void show_row(int rows);
  void show_title();
  void set_modes();
  void restore_modes();
  /// Tells the command's terminal how many rows it has.
  void resize_child(int kept_rows) const;

  RelayLane* lane_ = nullptr;  ///< nothing: there is no terminal
  RelayFacts* facts_ = nullptr;
  int master_ = -1, stream_ = -1;
  bool own_session_ = false;
  LiveMode live_ = LiveMode::off;
  Shown shown_ = Shown::nothing;
  bool yielded_ = false;  ///< the command wanted the whole screen
  bool away_ = false;     ///< the job is not in the foreground
  int rows_ = 0;
  std::size_t text_size_ = 0;
  std::array<char, 1024> text_;
};

}  // namespace joulecast::run
