#include "run/relay.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "base/system_error.hpp"
#include "base/wake_up.hpp"
#include "run/relay_process.hpp"

namespace joulecast::run {
namespace {

/// How long an answer of the process may take. It never waits for anything itself.
constexpr int answer_patience_ms = 1000;
constexpr std::size_t most_lines_waiting = 100;
constexpr int most_replacements = 10;

}  // namespace

class Relay::State {
 public:
  State(ChildStreams streams, LiveMode live, Listener listener, CopyRing ring, RelayBoard board, WakeUp wake)
      : streams_(std::move(streams)),
        live_(live),
        ring_(std::move(ring)),
        board_(std::move(board)),
        wake_(std::move(wake)),
        listener_(std::move(listener), ring_, wake_) {}
  ~State();

  Status start();
  void say(const std::string& line);
  void draw(const std::string& line);
  bool tell(RelayWord word);
  void tell_and_wait(RelayWord word);
  [[nodiscard]] int descriptor() const { return control_.get(); }
  void take();
  [[nodiscard]] bool took_terminal() { return std::exchange(took_terminal_, false); }
  void drain();
  [[nodiscard]] bool is_draining() const { return draining_; }
  [[nodiscard]] bool is_drained() const { return drained_; }
  Summary finish();

 private:
  Status fork_process();
  bool take_one();
  void replace();
  void say_waiting_locked();
  void leave_process(bool wait);

  ChildStreams streams_;
  LiveMode live_;
  CopyRing ring_;
  RelayBoard board_;
  WakeUp wake_;  ///< something is in the ring, or the thread should end
  pid_t process_ = -1;
  std::mutex control_mutex_;
  Descriptor control_;
  std::vector<std::string> waiting_;  ///< lines that the socket did not take yet
  RelayPacket packet_{};
  bool answered_ = false;
  bool took_terminal_ = false;
  bool draining_ = false;
  bool drained_ = false;
  bool finished_ = false;
  bool nothing_can_come_ = false;
  Summary summary_;
  CopyListener listener_;  ///< last, because its thread uses the ring
};

Status Relay::State::start() {
  if (const auto forked = fork_process(); !forked) return forked;
  if (!streams_.out && !streams_.err) return {};
  return listener_.start();
}

Status Relay::State::fork_process() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail_errno("socket", errno);
  Descriptor first(ends[0]), second(ends[1]);
  auto ours = above_standard_streams(std::move(first));
  if (!ours) return propagate(ours.error());
  auto its = above_standard_streams(std::move(second));
  if (!its) return propagate(its.error());
  const RelayDuty duty{its->get(),
                       wake_.descriptor(),
                       streams_.out.get(),
                       streams_.err.get(),
                       streams_.session.get(),
                       streams_.out_is_terminal,
                       streams_.err_is_terminal,
                       streams_.err_goes_with_out,
                       streams_.own_session,
                       live_,
                       &ring_,
                       &board_};
  const pid_t process = ::fork();
  if (process < 0) return fail(ErrorKind::retry, "relay", "cannot fork: {}", std::strerror(errno));
  if (process == 0) relay_until_the_end(duty);
  process_ = process;
  const std::lock_guard guard(control_mutex_);
  control_ = std::move(*ours);
  return {};
}

void Relay::State::say(const std::string& line) {
  const std::lock_guard guard(control_mutex_);
  if (waiting_.size() < most_lines_waiting) waiting_.push_back(line);
  say_waiting_locked();
}

void Relay::State::say_waiting_locked() {
  while (control_ && !waiting_.empty() &&
         send_message(control_.get(), RelayWord::say, waiting_.front()) == Sent::yes)
    waiting_.erase(waiting_.begin());
}

void Relay::State::draw(const std::string& line) {
  const std::lock_guard guard(control_mutex_);
  say_waiting_locked();
  if (control_) send_message(control_.get(), RelayWord::live, line);
}

/// Sends a word that must not be lost. False if the socket did not take it.
bool Relay::State::tell(RelayWord word) {
  const std::lock_guard guard(control_mutex_);
  if (!control_ || send_message(control_.get(), word) != Sent::full) return true;
  pollfd waiting{control_.get(), POLLOUT, 0};
  ::poll(&waiting, 1, answer_patience_ms);
  return send_message(control_.get(), word) != Sent::full;
}

void Relay::State::tell_and_wait(RelayWord word) {
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + std::chrono::milliseconds(answer_patience_ms);
  while (take_one()) {
  }
  answered_ = false;
  tell(word);
  while (!answered_ && control_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    pollfd waiting{control_.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) == 0) return;
    if (!take_one() && waiting.revents != 0 && !control_) return;
  }
}

/// Takes one message. False if there is none. If the process is gone, there is no control_ afterwards.
bool Relay::State::take_one() {
  if (!control_) return false;
  RelayMessage message;
  const auto got = take_message(control_.get(), packet_, message);
  if (got == Got::gone) {
    const std::lock_guard guard(control_mutex_);
    control_.reset();
  }
  if (got != Got::message) return false;
  if (message.word == RelayWord::done) answered_ = true;
  if (message.word == RelayWord::taken) took_terminal_ = true;
  if (message.word == RelayWord::unread) (message.text == "e" ? streams_.err : streams_.out).reset();
  if (message.word == RelayWord::drained) {
    drained_ = true;
    nothing_can_come_ = message.text.find(nothing_can_come) != std::string_view::npos;
    summary_.within_line = message.text.find(ended_within_line) != std::string_view::npos;
  }
  return true;
}

void Relay::State::take() {
  while (take_one()) {
  }
  if (!control_) replace();
}

/// Bytes that the process had read but not written are lost. They are few unless somebody reads slowly.
void Relay::State::replace() {
  if (process_ > 0) ::waitpid(process_, nullptr, WNOHANG);
  process_ = -1;
  if (++summary_.replaced > most_replacements) {
    drained_ = true;  // nothing will pass the output on
    return;
  }
  const auto lost = board_->held.exchange(0);
  summary_.killed_with += lost;
  ring_.begin_writing_again();
  if (const auto forked = fork_process(); !forked) return;
  say(fmt::format("joulecast: the process that passes the output on was killed{}; another one does it now",
                  lost > 0 ? fmt::format(" and {} bytes of it are lost", lost) : ""));
  if (draining_) tell(RelayWord::drain);
}

/// A process that has gone is told by replace().
void Relay::State::drain() {
  draining_ = tell(RelayWord::drain);
}

/// `wait`: the process ends by itself now.
void Relay::State::leave_process(bool wait) {
  {
    const std::lock_guard guard(control_mutex_);
    say_waiting_locked();
    control_.reset();
  }
  streams_ = {};
  if (process_ < 0) return;
  while (::waitpid(process_, nullptr, wait ? 0 : WNOHANG) < 0 && errno == EINTR) {
  }
}

Relay::Summary Relay::State::finish() {
  listener_.stop();
  finished_ = true;
  leave_process(drained_ && nothing_can_come_);
  summary_.unheard = listener_.unheard() + ring_.lost();
  summary_.unwritten = board_->unwritten;
  summary_.unwritten_errno = board_->unwritten_errno;
  return summary_;
}

Relay::State::~State() {
  if (finished_) return;
  tell(RelayWord::quit);
  listener_.stop();
  leave_process(/*wait=*/true);
}

Result<Relay> Relay::start(ChildStreams streams, LiveMode live, Listener listener) {
  auto ring = CopyRing::create();
  if (!ring) return propagate(ring.error());
  auto board = RelayBoard::create();
  if (!board) return propagate(board.error());
  auto wake = WakeUp::create();
  if (!wake) return propagate(wake.error());
  auto state = std::make_unique<State>(std::move(streams), live, std::move(listener), std::move(*ring),
                                       std::move(*board), std::move(*wake));
  if (const auto started = state->start(); !started) return propagate(started.error());
  return Relay(std::move(state));
}

Relay::Relay(std::unique_ptr<State> state) : state_(std::move(state)) {}
Relay::Relay(Relay&&) noexcept = default;
Relay::~Relay() = default;

void Relay::say(const std::string& line) {
  state_->say(line);
}
void Relay::draw(const std::string& line) {
  state_->draw(line);
}
void Relay::resize() {
  state_->tell(RelayWord::resize);
}
void Relay::suspend() {
  state_->tell_and_wait(RelayWord::suspend);
}
void Relay::resume() {
  state_->tell_and_wait(RelayWord::resume);
}
int Relay::descriptor() const {
  return state_->descriptor();
}
void Relay::take() {
  state_->take();
}
bool Relay::took_terminal() {
  return state_->took_terminal();
}
void Relay::drain() {
  state_->drain();
}
bool Relay::is_draining() const {
  return state_->is_draining();
}
bool Relay::is_drained() const {
  return state_->is_drained();
}
Relay::Summary Relay::finish() {
  return state_->finish();
}

}  // namespace joulecast::run
