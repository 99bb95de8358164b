#include "run/relay.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.hpp"
#include "base/wake_up.hpp"
#include "run/write_all.hpp"

namespace joulecast::run {
namespace {

/// Puts the user's terminal into raw mode, because its keys are for the child.
class RawMode {
 public:
  RawMode() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto mode = before_;
    ::cfmakeraw(&mode);
    set_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) == 0;
  }
  ~RawMode() {
    if (set_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;

 private:
  termios before_{};
  bool set_ = false;
};

}  // namespace

class Relay::State {
 public:
  State(ChildStreams streams, RelayHost host, WakeUp ended)
      : streams_(std::move(streams)), host_(std::move(host)), ended_(std::move(ended)) {}
  ~State() { finish(); }

  Status start();
  void resize() const;
  void finish();

 private:
  Status start_thread_for(std::function<void()> work);
  void pass_output(int from, int to);
  void pass_input(int to);
  bool wait(int fd, bool drain) const;

  ChildStreams streams_;
  RelayHost host_;
  WakeUp ended_;
  std::mutex listening_;
  std::optional<RawMode> raw_mode_;
  std::vector<std::thread> threads_;
};

Status Relay::State::start() {
  const int out = streams_.out.get(), err = streams_.err.get();
  Status begun;
  if (streams_.out) begun = start_thread_for([this, out] { pass_output(out, STDOUT_FILENO); });
  if (begun && streams_.err) begun = start_thread_for([this, err] { pass_output(err, STDERR_FILENO); });
  if (!begun || !streams_.own_session) return begun;
  raw_mode_.emplace();
  return start_thread_for([this, out] { pass_input(out); });
}

Status Relay::State::start_thread_for(std::function<void()> work) {
  auto thread = start_thread(std::move(work));
  if (!thread) return propagate(thread.error());
  threads_.push_back(std::move(*thread));
  return {};
}

/// Waits for bytes or for the end. True if there may be bytes to move. After the end, the child's remaining
/// output is still moved (`drain`), but keys that the user typed ahead are left in the terminal.
bool Relay::State::wait(int fd, bool drain) const {
  pollfd waiting[2] = {{fd, POLLIN, 0}, {ended_.descriptor(), POLLIN, 0}};
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
    if (got <= 0) return;  // end of a pipe, or EIO: the last process on the terminal is gone
    const std::string_view piece(bytes.data(), static_cast<std::size_t>(got));
    // If nobody reads the output any more, keep reading it anyway, because the training must not block.
    if (readers) readers = host_.pass(to, piece);
    const std::lock_guard guard(listening_);
    if (host_.listen) host_.listen(piece);
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

void Relay::State::resize() const {
  winsize size{};
  if (streams_.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    ::ioctl(streams_.out.get(), TIOCSWINSZ, &size);
}

void Relay::State::finish() {
  ended_.set();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

Result<Relay> Relay::start(ChildStreams streams, RelayHost host) {
  auto ended = WakeUp::create();
  if (!ended) return propagate(ended.error());
  auto state = std::make_unique<State>(std::move(streams), std::move(host), std::move(*ended));
  if (const auto started = state->start(); !started) return propagate(started.error());
  return Relay(std::move(state));
}

Relay::Relay(std::unique_ptr<State> state) : state_(std::move(state)) {}
Relay::Relay(Relay&&) noexcept = default;
Relay::~Relay() = default;

void Relay::resize() const {
  state_->resize();
}
void Relay::finish() {
  state_->finish();
}

}  // namespace joulecast::run
