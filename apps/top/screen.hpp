// The terminal as a full screen, through ncurses: it is as it was before once this object is gone.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "top/view.hpp"

namespace joulecast::top {

enum class Key { none, quit, up, down, page_up, page_down, first, last, sort, resized, other };

class Screen {
 public:
  /// unavailable where standard input or output is no terminal, or one that cannot be written over. Only one
  /// screen can be there at a time.
  [[nodiscard]] static Result<Screen> open();
  Screen(Screen&& other) noexcept : open_(other.open_) { other.open_ = false; }
  Screen& operator=(Screen&&) = delete;
  ~Screen();

  [[nodiscard]] ViewSize size() const;
  void draw(const std::vector<Line>& lines);
  /// The next key that was typed; none if there is none. Does not wait.
  [[nodiscard]] Key key();

  /// Gives the terminal back for a while (Ctrl-Z), and takes it again.
  void leave();
  void enter();

 private:
  Screen() = default;
  bool open_ = true;
};

}  // namespace joulecast::top
