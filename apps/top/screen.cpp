#include "top/screen.hpp"

#include <curses.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>

#include "report/pictures/terminal_plot.hpp"

namespace joulecast::top {
namespace {

enum Pair : short { heading_pair = 1, warning_pair = 2 };

bool wants_colour() {
  const char* none = std::getenv("NO_COLOR");
  return has_colors() == TRUE && (none == nullptr || *none == '\0');
}

attr_t attributes_of(Style style) {
  switch (style) {
    case Style::normal:
      return A_NORMAL;
    case Style::heading:
      return A_BOLD | (wants_colour() ? static_cast<attr_t>(COLOR_PAIR(heading_pair)) : A_NORMAL);
    case Style::chosen:
      return A_REVERSE;
    case Style::faint:
      return A_DIM;
    case Style::warning:
      return A_BOLD | (wants_colour() ? static_cast<attr_t>(COLOR_PAIR(warning_pair)) : A_UNDERLINE);
  }
  return A_NORMAL;
}

/// ncurses hears of a new size by a signal, which may have come while we looked elsewhere.
void take_size() {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0) return;
  if (window.ws_row != LINES || window.ws_col != COLS) {
    resizeterm(window.ws_row, window.ws_col);
    clearok(curscr, TRUE);
  }
}

}  // namespace

Result<Screen> Screen::open() {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0)
    return fail(ErrorKind::unavailable, "",
                "top needs a terminal; joulecast list --status running needs none");
  // How characters are written, and not how numbers are.
  std::setlocale(LC_CTYPE, "");
  const char* name = std::getenv("TERM");
  SCREEN* terminal = newterm(nullptr, stdout, stdin);
  if (terminal == nullptr || tigetstr("cup") == nullptr) {
    if (terminal != nullptr) endwin();
    return fail(ErrorKind::unavailable, "TERM", "a terminal of the kind '{}' cannot be written over",
                name == nullptr ? "" : name);
  }
  if (wants_colour()) {
    start_color();
    use_default_colors();
    init_pair(heading_pair, COLOR_CYAN, -1);
    init_pair(warning_pair, COLOR_RED, -1);
  }
  cbreak();
  noecho();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(50);
  curs_set(0);
  return Screen();
}

Screen::~Screen() {
  if (open_) endwin();
}

ViewSize Screen::size() const {
  return {COLS, LINES, report::terminal_options().unicode};
}

void Screen::draw(const std::vector<Line>& lines) {
  take_size();
  erase();
  for (int row = 0; row < static_cast<int>(lines.size()) && row < LINES; ++row) {
    move(row, 0);
    for (const auto& [text, style] : lines[static_cast<std::size_t>(row)]) {
      attrset(static_cast<int>(attributes_of(style)));
      addstr(text.c_str());
    }
  }
  refresh();
}

Key Screen::key() {
  switch (getch()) {
    case 'q':
    case 'Q':
      return Key::quit;
    case KEY_UP:
    case 'k':
      return Key::up;
    case KEY_DOWN:
    case 'j':
      return Key::down;
    case KEY_PPAGE:
      return Key::page_up;
    case KEY_NPAGE:
      return Key::page_down;
    case KEY_HOME:
      return Key::first;
    case KEY_END:
      return Key::last;
    case 's':
      return Key::sort;
    case KEY_RESIZE:
    case 12:  // Ctrl-L
      clearok(curscr, TRUE);
      return Key::resized;
    case ERR:
      return Key::none;
    default:
      return Key::other;
  }
}

void Screen::leave() {
  endwin();
}

void Screen::enter() {
  refresh();
  clearok(curscr, TRUE);
}

}  // namespace joulecast::top
