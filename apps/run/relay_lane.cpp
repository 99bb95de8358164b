#include "run/relay_lane.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace joulecast::run {
namespace {

/// A longer beginning of a sequence is passed on, because it will hardly become one.
constexpr std::size_t longest_held = 256;
/// Fewer switches between the command and the relay than with a pipe's usual 64 KiB.
constexpr int pipe_size = 256 << 10;
constexpr std::string_view cancel_sequence = "\x18";

}  // namespace

void RelayLane::open(int from, int to) {
  from_ = from;
  target_.open(to);
  if (from < 0) return;
  ::fcntl(from, F_SETFL, ::fcntl(from, F_GETFL) | O_NONBLOCK);
  ::fcntl(from, F_SETPIPE_SZ, pipe_size);
}

void RelayLane::scan(int rows) {
  scans_ = holds_ = true;
  scanner_.set_rows(rows);
}

void RelayLane::let_take_over() {
  holds_ = false;
  if (ahead_ == Ahead::held) ahead_ = Ahead::unknown;
}

std::string_view RelayLane::read() {
  if (begin_ > 0) {
    end_ -= begin_;
    std::memmove(bytes_.data(), bytes_.data() + begin_, end_);  // what is held
    begin_ = ready_ = 0;
  }
  ssize_t got = 0;
  do got = ::read(from_, bytes_.data() + end_, bytes_.size() - end_);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN) return {};
  if (ahead_ == Ahead::held) ahead_ = Ahead::unknown;
  if (got > 0) {
    const std::string_view piece(bytes_.data() + end_, static_cast<std::size_t>(got));
    end_ += piece.size();
    return piece;
  }
  // The end of a pipe, or EIO: the last process on the terminal is gone.
  close_source();
  return {};
}

void RelayLane::close_source() {
  ::close(std::exchange(from_, -1));
  let_take_over();
}

void RelayLane::allow(std::size_t bytes) {
  ready_ += bytes;
  if (bytes > 0) at_line_start_ = bytes_[ready_ - 1] == '\n';
}

void RelayLane::look_ahead() {
  if (!scans_) return allow(end_ - ready_);
  const auto [found, read, begin] = scanner_.scan({bytes_.data() + ready_, end_ - ready_});
  if (found == EscapeScanner::Found::takes_over && holds_) {
    announced_ = read - begin;
    ahead_ = Ahead::takes_over;
    allow(begin);
  } else if (holds_ && scanner_.within_short_sequence() && read - begin <= longest_held) {
    scanner_.begin_again();
    ahead_ = Ahead::held;
    allow(begin);
  } else {
    if (found == EscapeScanner::Found::erased) ahead_ = Ahead::erased;
    allow(read);
  }
}

RelayTarget::Outcome RelayLane::write(const char* bytes, std::size_t& begin, std::size_t end) {
  std::string_view left(bytes + begin, end - begin);
  const auto outcome = broken_ ? RelayTarget::Outcome::broken : target_.write(left);
  broken_ = outcome == RelayTarget::Outcome::broken;
  begin = end - left.size();
  return outcome;
}

RelayLane::Step RelayLane::step() {
  using enum RelayTarget::Outcome;
  Step step;
  for (;;) {
    if (begin_ < ready_) {
      const auto outcome = write(bytes_.data(), begin_, ready_);
      if (outcome == waits) return {Step::waits, step.unwritten};
      // What cannot be written is gone, because the training must not wait.
      if (outcome == dropped) step.unwritten += ready_ - begin_;
      begin_ = ready_;
    }
    if (ahead_ == Ahead::takes_over || ahead_ == Ahead::erased) {
      step.kind = ahead_ == Ahead::erased ? Step::erased : Step::took_over;
      ahead_ = ahead_ == Ahead::erased ? Ahead::unknown : Ahead::may_take_over;
      return step;
    }
    if (may_write_own()) {
      if (forced_ && !scanner_.at_rest()) {
        auto cancel = cancel_sequence;
        (void)target_.write(cancel);
      }
      if (write(own_.data(), own_begin_, own_end_) == waits) return {Step::waits, step.unwritten};
      own_begin_ = own_end_ = 0;
      forced_ = false;
    }
    if (ahead_ == Ahead::may_take_over) {
      ahead_ = Ahead::unknown;
      allow(std::exchange(announced_, 0));
    } else if (ready_ == end_ || ahead_ == Ahead::held) {
      return step;
    } else {
      look_ahead();
    }
  }
}

void RelayLane::add(std::string_view bytes) {
  if (bytes.size() > own_.size() - own_end_) return;
  std::memcpy(own_.data() + own_end_, bytes.data(), bytes.size());
  own_end_ += bytes.size();
}

void RelayLane::add_line(std::string_view line, std::string_view end) {
  if (line.size() + 2 * end.size() > own_.size() - own_end_) return;
  if (!at_line_start_) add(end);
  add(line);
  add(end);
  at_line_start_ = true;
}

}  // namespace joulecast::run
