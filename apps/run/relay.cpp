#include "run/relay.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <thread>
#include <vector>

namespace joulecast::run {

struct Relay::State {
  Screen& screen;
  OutputListener listener;
  std::mutex listening;
  int ended = ::eventfd(0, EFD_CLOEXEC);
  std::vector<std::thread> threads;
  bool raw = false;
  termios saved{};

  State(Screen& s, OutputListener l) : screen(s), listener(std::move(l)) {}
  ~State() { ::close(ended); }

  void pass_output(int from, int to);
  void pass_input(int to);
  /// Waits for bytes or for the end; true where there may be bytes to move. After the end, what the child
  /// left behind is still moved (`drain`); what the user typed ahead is not ours to take.
  bool wait(int fd, bool drain);
};

bool Relay::State::wait(int fd, bool drain) {
  pollfd waiting[2] = {{fd, POLLIN, 0}, {ended, POLLIN, 0}};
  while (::poll(waiting, 2, -1) < 0 && errno == EINTR) {
  }
  return waiting[0].revents != 0 && (drain || waiting[1].revents == 0);
}

void Relay::State::pass_output(int from, int to) {
  std::array<char, 65536> bytes;
  bool readers = true;
  while (wait(from, /*drain=*/true)) {
    const auto got = ::read(from, bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return;  // end of a pipe, or EIO: the last holder of a pty is gone
    const std::string_view piece(bytes.data(), static_cast<std::size_t>(got));
    // Where our reader went away we go on reading: the training must not be stopped by it.
    if (readers) readers = screen.pass(to, piece);
    const std::lock_guard guard(listening);
    if (listener) listener(piece);
  }
}

void Relay::State::pass_input(int to) {
  std::array<char, 4096> bytes;
  while (wait(STDIN_FILENO, /*drain=*/false)) {
    const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;
    if (!write_all(to, {bytes.data(), static_cast<std::size_t>(got)})) return;
  }
}

Relay::Relay(const Wiring& wiring, Screen& screen, OutputListener listener)
    : state_(std::make_unique<State>(screen, std::move(listener))) {
  auto* state = state_.get();
  if (wiring.own_session && ::tcgetattr(STDIN_FILENO, &state->saved) == 0) {
    auto mode = state->saved;
    ::cfmakeraw(&mode);
    state->raw = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0;
  }
  if (wiring.out >= 0)
    state->threads.emplace_back([state, from = wiring.out] { state->pass_output(from, STDOUT_FILENO); });
  if (wiring.err >= 0)
    state->threads.emplace_back([state, from = wiring.err] { state->pass_output(from, STDERR_FILENO); });
  if (wiring.in >= 0) state->threads.emplace_back([state, to = wiring.in] { state->pass_input(to); });
}

Relay::~Relay() {
  finish();
  if (state_->raw) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &state_->saved);
}

void Relay::finish() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto told = ::write(state_->ended, &one, sizeof one);
  for (auto& thread : state_->threads) thread.join();
  state_->threads.clear();
}

}  // namespace joulecast::run
