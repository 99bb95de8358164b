#include "run/relay_terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "run/terminal_row.hpp"

namespace joulecast::run {
namespace {

bool are_same(const termios& a, const termios& b) {
  return a.c_iflag == b.c_iflag && a.c_oflag == b.c_oflag && a.c_cflag == b.c_cflag &&
         a.c_lflag == b.c_lflag && std::equal(std::begin(a.c_cc), std::end(a.c_cc), std::begin(b.c_cc));
}

int rows_of(int stream) {
  winsize size{};
  return ::ioctl(stream, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

}  // namespace

void RelayTerminal::open(RelayLane& lane, int master, int stream, bool own_session, LiveMode live,
                         RelayFacts& facts) {
  lane_ = &lane;
  master_ = master;
  stream_ = stream;
  own_session_ = own_session;
  live_ = live;
  facts_ = &facts;
  // A process before this one was killed and left its row behind.
  if (const int rows = facts.row_of; rows > 0) {
    lane_->scan(rows - 1);
    shown_ = Shown::row;
    rows_ = rows;
  }
}

/// A terminal that is not the one that controls this process has no foreground for it.
bool RelayTerminal::in_foreground() const {
  const pid_t group = ::tcgetpgrp(stream_);
  return group < 0 || group == ::getpgrp();
}

void RelayTerminal::take() {
  if (lane_ == nullptr) return;
  away_ = !in_foreground();
  if (away_) return;
  if (own_session_) set_modes();
  if (shown_ == Shown::nothing) show();
}

bool RelayTerminal::come_back() {
  if (away_) take();
  return !away_;
}

void RelayTerminal::show() {
  const int rows = rows_of(stream_);
  if (live_ == LiveMode::row && rows >= fewest_rows)
    show_row(rows);
  else if (live_ == LiveMode::row || live_ == LiveMode::title)
    show_title();
}

void RelayTerminal::show_row(int rows) {
  lane_->add(take_row(rows).view());
  lane_->scan(rows - 1);
  shown_ = Shown::row;
  facts_->row_of = rows_ = rows;
  resize_child(1);
}

void RelayTerminal::show_title() {
  lane_->scan(0);
  lane_->let_take_over();
  lane_->add(keep_title());
  shown_ = Shown::title;
  facts_->row_of = 0;
  resize_child(0);
}

void RelayTerminal::give_back(bool for_good) {
  if (lane_ == nullptr) return;
  if (shown_ != Shown::nothing) lane_->force_own();
  if (shown_ == Shown::row) lane_->add(give_row_back(rows_).view());
  if (shown_ == Shown::title) lane_->add(restore_title());
  // An editor began with one row less, and scrolls these to the end.
  if (yielded_ && for_good) lane_->add(scroll_all_rows());
  shown_ = Shown::nothing;
  facts_->row_of = 0;
  away_ = !for_good;
  restore_modes();
  if (!for_good) return;
  lane_->let_take_over();
  resize_child(0);
}

void RelayTerminal::yield_row() {
  if (shown_ != Shown::row) return;
  lane_->add(give_row_back(rows_).view());
  yielded_ = true;
  live_ = LiveMode::title;
  show_title();
}

void RelayTerminal::resize() {
  if (lane_ == nullptr) return;
  if (shown_ == Shown::row) lane_->add(clear_moved_row().view());
  const bool too_low_before = shown_ == Shown::title && live_ == LiveMode::row;
  if (too_low_before) lane_->add(restore_title());
  resize_child(0);
  if (shown_ == Shown::nothing || (shown_ == Shown::title && !too_low_before)) return;
  shown_ = Shown::nothing;
  show();
}

void RelayTerminal::draw(std::string_view text) {
  text_size_ = std::min(text.size(), text_.size());
  std::memcpy(text_.data(), text.data(), text_size_);
  for (std::size_t i = 0; i < text_size_; ++i)
    if (static_cast<unsigned char>(text_[i]) < ' ' || text_[i] == '\x7f') text_[i] = '?';
  draw_again();
}

void RelayTerminal::draw_again() {
  // What still waits to be written will be followed by another live line soon.
  if (shown_ == Shown::nothing || text_size_ == 0 || lane_->has_own() || !in_foreground()) return;
  const std::string_view text(text_.data(), text_size_);
  lane_->add(shown_ == Shown::row ? draw_row(rows_, text).view() : set_title(text).view());
}

void RelayTerminal::resize_child(int kept_rows) const {
  winsize size{};
  if (::ioctl(stream_, TIOCGWINSZ, &size) != 0) return;
  if (size.ws_row > kept_rows) size.ws_row = static_cast<unsigned short>(size.ws_row - kept_rows);
  ::ioctl(master_, TIOCSWINSZ, &size);
}

/// The keys that the user types are for the command, whose own terminal interprets them.
void RelayTerminal::set_modes() {
  if (facts_->modes_set || ::tcgetattr(stream_, &facts_->modes_before) != 0) return;
  auto mode = facts_->modes_before;
  ::cfmakeraw(&mode);
  if (::tcsetattr(stream_, TCSANOW, &mode) != 0 || ::tcgetattr(stream_, &facts_->modes_ours) != 0) return;
  facts_->modes_set = true;
}

void RelayTerminal::restore_modes() {
  if (!facts_->modes_set.exchange(false)) return;
  termios now{};
  // A shell that has taken its terminal back has set the modes that it wants.
  if (::tcgetattr(stream_, &now) == 0 && are_same(now, facts_->modes_ours))
    ::tcsetattr(stream_, TCSANOW, &facts_->modes_before);
}

}  // namespace joulecast::run
