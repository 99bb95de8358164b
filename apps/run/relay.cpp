#include "run/relay.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/failure.hpp"
#include "base/system_error.hpp"
#include "base/thread.hpp"
#include "base/wake_up.hpp"
#include "run/relay_process.hpp"

namespace joulecast::run {
namespace {

/// The copy carries its times, so nothing is lost if joulecast looks at it only this often.
constexpr int nap_ms = 100;
constexpr int naps_until_settled = 2;
/// How long an answer of the process may take. It never waits for anything itself.
constexpr int answer_patience_ms = 1000;
constexpr std::size_t most_lines_waiting = 100;
constexpr int most_replacements = 10;
/// After a flood of output, nobody is to wait for us to read it: of what is left when this much processor
/// time has gone into reading after the end, only the last part is read.
constexpr double reading_patience_s = 0.01;
/// While more comes than can be read, a tenth of a processor reads what it can: the rest is the command's.
constexpr double reading_in_flood_s = 0.1 * nap_ms / 1000;
/// The time is looked at after so much. Short lines take a microsecond each.
constexpr std::size_t slice_size = std::size_t{8} << 10;
constexpr std::size_t last_part = std::size_t{64} << 10;

double processor_time_of_thread() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

class Relay::State {
 public:
  State(ChildStreams streams, LiveMode live, Listener listener, CopyRing ring, RelayBoard board, WakeUp wake)
      : streams_(std::move(streams)),
        live_(live),
        listener_(std::move(listener)),
        ring_(std::move(ring)),
        board_(std::move(board)),
        wake_(std::move(wake)) {}
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
  void listen();
  void settle();
  bool hear_all(SteadyTime& last);
  void hear_last_lost();
  void hear(int stream, std::string_view slice, SteadyTime time);
  [[nodiscard]] std::string_view part_to_hear(int stream, std::string_view bytes);
  [[nodiscard]] bool is_in_flood() const;
  [[nodiscard]] bool has_read_long() const;
  void stop_listening();
  void leave_process(bool wait);

  ChildStreams streams_;
  LiveMode live_;
  Listener listener_;
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
  std::atomic<bool> ending_ = false;
  // Of the listening thread.
  std::array<bool, CopyRing::streams> skips_{};  ///< it is within skipped output
  double read_until_ = 0;                        ///< its processor time
  bool ends_ = false;                            ///< it knows that the end was asked for
  std::uint64_t lost_before_ = 0;                ///< bytes that did not fit into the ring
  std::thread thread_;
};

Status Relay::State::start() {
  if (const auto forked = fork_process(); !forked) return forked;
  if (!streams_.out && !streams_.err) return {};
  auto thread = start_thread([this] { listen(); });
  if (!thread) return propagate(thread.error());
  thread_ = std::move(*thread);
  return {};
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

/// The thread that listens to the copy. It sleeps while there is no output.
void Relay::State::listen() {
  SteadyTime last;
  int naps = naps_until_settled;
  for (;;) {
    const auto before = last;
    const bool ends = ending_;
    const bool gave_way = !hear_all(last);
    if (ends) hear_last_lost();
    if (ends) break;
    naps = last == before ? naps + 1 : 0;
    const bool rests = naps >= naps_until_settled;
    if (naps == naps_until_settled) settle();
    pollfd waiting{wake_.descriptor(), POLLIN, 0};
    if (gave_way)
      ::poll(&waiting, 1, nap_ms);
    else if (ring_.ask_to_be_woken(rests ? 1 : CopyRing::capacity / 4))
      ::poll(&waiting, 1, rests ? -1 : nap_ms);
    wake_.clear();
  }
  settle();
}

/// A listener that fails (there may be no memory left) misses something; the next piece is tried again.
void Relay::State::settle() {
  if (listener_.settle) (void)failure_of(listener_.settle);
}

/// False if it gave way to the command before everything was heard.
bool Relay::State::hear_all(SteadyTime& last) {
  if (!ends_) read_until_ = processor_time_of_thread() + reading_in_flood_s;
  while (const auto piece = ring_.front()) {
    for (auto left = piece->bytes; !left.empty();) {
      const auto slice = left.substr(0, slice_size);
      left.remove_prefix(slice.size());
      hear(piece->stream, slice, piece->time);
    }
    last = piece->time;
    ring_.drop();
    if (!ends_ && is_in_flood() && has_read_long()) {
      lost_before_ = ring_.lost();
      return false;
    }
  }
  lost_before_ = ring_.lost();
  return true;
}

/// Results stand at the end of a log, however much came before them.
void Relay::State::hear_last_lost() {
  for (int stream = 0; stream < CopyRing::streams; ++stream)
    if (const auto last = ring_.take_last_lost(stream); last && listener_.hear)
      (void)failure_of([&] { listener_.hear(stream, last->second, last->first); });
}

void Relay::State::hear(int stream, std::string_view slice, SteadyTime time) {
  if (ending_ && !std::exchange(ends_, true)) read_until_ = processor_time_of_thread() + reading_patience_s;
  const auto bytes = part_to_hear(stream, slice);
  const auto missed = slice.size() - bytes.size();
  const bool heard = !listener_.hear || !failure_of([&] { listener_.hear(stream, bytes, time); });
  summary_.unheard += heard ? missed : slice.size();
}

/// More comes than can be read.
bool Relay::State::is_in_flood() const {
  return ring_.lost() != lost_before_;
}

bool Relay::State::has_read_long() const {
  return processor_time_of_thread() > read_until_;
}

/// All of it, unless there is too much to read. What is skipped goes from the end of one line to the end of
/// another.
std::string_view Relay::State::part_to_hear(int stream, std::string_view bytes) {
  auto& skips = skips_[static_cast<std::size_t>(stream)];
  const auto line = bytes.find('\n');
  const auto after = line == std::string_view::npos ? bytes.size() : line + 1;
  const bool too_much = ends_ ? ring_.waiting() > last_part : is_in_flood();
  const bool hurry = too_much && has_read_long();
  if (!hurry && !skips) return bytes;
  if (hurry && skips) return {};
  if (line != std::string_view::npos) skips = hurry;
  return hurry ? bytes.substr(0, after) : bytes.substr(after);
}

void Relay::State::stop_listening() {
  if (!thread_.joinable()) return;
  ending_ = true;
  wake_.set();
  thread_.join();
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
  stop_listening();
  finished_ = true;
  leave_process(drained_ && nothing_can_come_);
  summary_.unheard += ring_.lost();
  summary_.unwritten = board_->unwritten;
  summary_.unwritten_errno = board_->unwritten_errno;
  return summary_;
}

Relay::State::~State() {
  if (finished_) return;
  tell(RelayWord::quit);
  stop_listening();
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
