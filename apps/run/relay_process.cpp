#include "run/relay_process.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <new>
#include <utility>

#include "run/helper_process.hpp"
#include "run/relay_lane.hpp"
#include "run/relay_terminal.hpp"
#include "run/wait_for_any.hpp"

namespace joulecast::run {
namespace {

/// How many full pieces are taken from one stream before the others have their turn.
constexpr int pieces_at_once = 16;
constexpr int last_patience_ms = 1000;
constexpr int answer_retry_ms = 10;
/// How often it is looked whether the shell has given the terminal back.
constexpr int away_ms = 300;

SteadyTime now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return {static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec};
}

class RelayProcess {
 public:
  explicit RelayProcess(const RelayDuty& duty);
  [[noreturn]] void run();

 private:
  enum Index : std::size_t { out, err, own };

  [[nodiscard]] RelayLane& words() { return lanes_[words_]; }
  [[nodiscard]] bool has_streams() const { return lanes_[out].from() >= 0 || lanes_[err].from() >= 0; }
  /// Whether bytes of the command wait for a reader.
  [[nodiscard]] bool passes_on() const { return lanes_[out].passes_on() || lanes_[err].passes_on(); }
  static void let_signals_end_it();
  void look_for_terminal();
  void wait_for_readers();
  [[nodiscard]] pollfd watch_reader(std::size_t index) const;
  void lose_reader(std::size_t index);
  void pass_broken_pipe_on(std::size_t index);
  void take_output(std::size_t index);
  void push(RelayLane& lane);
  void write_out(RelayLane& lane);
  void count_held();
  void push_all();
  void take_messages();
  void take_message(const RelayMessage& message);
  bool answer(RelayWord word, std::string_view text = {}) const;
  void answer_drained();
  void lose_joulecast();

  RelayDuty duty_;
  RelayTerminal terminal_;
  Index words_ = own;  ///< the lane to standard error
  bool words_on_terminal_ = false;
  bool draining_ = false;
  bool answer_failed_ = false;
  bool command_ended_ = false;
  bool awaited_ = false;  ///< joulecast asked to be woken
  RelayPacket packet_;
  std::array<RelayLane, 3> lanes_;
};

RelayProcess::RelayProcess(const RelayDuty& duty) : duty_(duty) {
  lanes_[out].open(duty.out, STDOUT_FILENO);
  lanes_[err].open(duty.err, STDERR_FILENO);
  lanes_[own].open(-1, STDERR_FILENO);
  if (duty.err >= 0) words_ = err;
  if (duty.err_goes_with_out) words_ = out;
  words_on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  if (duty.out_is_terminal)
    terminal_.open(lanes_[out], duty.out, STDOUT_FILENO, duty.own_session, duty.live, **duty.board);
  else if (duty.err_is_terminal)
    terminal_.open(lanes_[err], duty.err, STDERR_FILENO, false, duty.live, **duty.board);
}

void RelayProcess::run() {
  while (duty_.control >= 0 || has_streams() || passes_on()) {
    std::array<pollfd, 6> waiting{};
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const auto& lane = lanes_[i];
      waiting[i] =
          lane.is_writing() ? pollfd{lane.target().descriptor(), POLLOUT, 0} : pollfd{lane.from(), POLLIN, 0};
    }
    waiting[3] = {duty_.control, POLLIN, 0};
    waiting[4] = watch_reader(out);
    waiting[5] = watch_reader(err);
    const bool can_answer = draining_ && !passes_on();
    const int answer_patience = answer_failed_ ? answer_retry_ms : 0;
    const int patience = can_answer ? answer_patience : terminal_.is_away() ? away_ms : -1;
    const int ready = wait_for_any(waiting, patience, 4);
    look_for_terminal();
    if (ready == 0 && can_answer) answer_drained();
    if (ready <= 0) continue;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      if (lanes_[i].is_writing())
        push(lanes_[i]);
      else
        take_output(i);
    }
    for (const auto index : {out, err}) {
      if ((waiting[4 + index].revents & (POLLERR | POLLHUP)) != 0) lose_reader(index);
      pass_broken_pipe_on(index);
    }
    if (waiting[3].revents != 0) take_messages();
  }
  wait_for_readers();
  ::_exit(0);
}

/// The command and joulecast are gone, and what is left may wait for a terminal that nobody reads. What was
/// sent before, to the whole job, does not count.
void RelayProcess::let_signals_end_it() {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
    std::signal(number, SIG_IGN);
    std::signal(number, SIG_DFL);
    sigaddset(&ending, number);
  }
  ::sigprocmask(SIG_UNBLOCK, &ending, nullptr);
}

/// poll() tells without being asked that nobody reads a pipe any more, and that a terminal was closed. Of the
/// latter joulecast hears by a signal, as long as it lives.
pollfd RelayProcess::watch_reader(std::size_t index) const {
  const auto& lane = lanes_[index];
  const bool tells = lane.target().is_nameless_pipe() || (duty_.control < 0 && lane.target().is_terminal());
  const bool watched = lane.from() >= 0 && !lane.lost_its_reader() && tells;
  return {watched ? lane.target().descriptor() : -1, 0, 0};
}

void RelayProcess::lose_reader(std::size_t index) {
  auto& lane = lanes_[index];
  lane.lose_reader();
  if (lane.from() >= 0 && lane.target().is_terminal()) lane.close_source();  // hangs the command's up, too
}

/// Joulecast holds the command's pipe open as well, so it has to be told. Tries again with the next output.
void RelayProcess::pass_broken_pipe_on(std::size_t index) {
  constexpr std::array<std::string_view, 2> names{"o", "e"};
  if (lanes_[index].lost_its_reader() && answer(RelayWord::unread, names[index]))
    lanes_[index].close_source();
}

void RelayProcess::look_for_terminal() {
  if (duty_.control < 0 || !terminal_.is_away() || !terminal_.come_back()) return;
  push_all();
  answer(RelayWord::taken);
}

/// Gives the last lines of our own a little time. They must not keep this process alive where nobody reads. A
/// terminal is different: it may only be paused, and needs what gives its row back.
void RelayProcess::wait_for_readers() {
  for (auto& lane : lanes_) {
    if (!lane.has_own()) continue;
    pollfd waiting{lane.target().descriptor(), POLLOUT, 0};
    ::poll(&waiting, 1, last_patience_ms);
    push(lane);
    if (!lane.scans()) lane.drop_own();
  }
}

void RelayProcess::take_output(std::size_t index) {
  auto& lane = lanes_[index];
  for (int i = 0; i < pieces_at_once && lane.from() >= 0 && !lane.is_writing(); ++i) {
    const auto piece = lane.read();
    count_held();
    if (duty_.control >= 0 && !piece.empty())
      awaited_ |= duty_.ring->put(static_cast<int>(index), now(), piece);
    push(lane);
    if (piece.size() < CopyRing::largest_piece / 2) break;
  }
  if (!awaited_) return;
  awaited_ = false;
  const std::uint64_t one = 1;
  while (::write(duty_.wake, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

/// Writes as far as the target takes it now.
void RelayProcess::push(RelayLane& lane) {
  write_out(lane);
  count_held();
}

/// For joulecast, if this process is killed.
void RelayProcess::count_held() {
  (*duty_.board)->held = lanes_[out].held() + lanes_[err].held();
}

void RelayProcess::write_out(RelayLane& lane) {
  for (;;) {
    const auto step = lane.step();
    if (step.unwritten > 0) {
      (*duty_.board)->unwritten += step.unwritten;
      (*duty_.board)->unwritten_errno = lane.target().error();
    }
    switch (step.kind) {
      case RelayLane::Step::took_over:
        terminal_.yield_row();
        break;
      case RelayLane::Step::erased:
        terminal_.draw_again();
        break;
      case RelayLane::Step::idle:
      case RelayLane::Step::waits:
        return;
    }
  }
}

void RelayProcess::push_all() {
  for (auto& lane : lanes_) push(lane);
}

void RelayProcess::take_messages() {
  for (;;) {
    RelayMessage message;
    const auto got = run::take_message(duty_.control, packet_, message);
    if (got == Got::nothing) return;
    if (got == Got::gone) return lose_joulecast();
    take_message(message);
    push_all();
  }
}

void RelayProcess::take_message(const RelayMessage& message) {
  switch (message.word) {
    case RelayWord::say:
      return words().add_line(message.text, words_on_terminal_ ? "\r\n" : "\n");
    case RelayWord::live:
      return terminal_.draw(message.text);
    case RelayWord::resize:
      return terminal_.resize();
    case RelayWord::suspend:
      terminal_.give_back(/*for_good=*/false);
      push_all();
      answer(RelayWord::done);
      return;
    case RelayWord::resume:
      terminal_.take();
      push_all();
      answer(RelayWord::done);
      return;
    case RelayWord::drain:
      draining_ = command_ended_ = true;
      return;
    case RelayWord::quit:
      terminal_.give_back(/*for_good=*/true);
      push_all();
      ::_exit(0);
    case RelayWord::done:
    case RelayWord::taken:
    case RelayWord::drained:
    case RelayWord::unread:
      return;  // only joulecast hears these
  }
}

/// False if the socket did not take it.
bool RelayProcess::answer(RelayWord word, std::string_view text) const {
  return duty_.control < 0 || send_message(duty_.control, word, text) != Sent::full;
}

void RelayProcess::answer_drained() {
  terminal_.give_back(/*for_good=*/true);
  push_all();
  std::array<char, 2> text{};
  std::size_t size = 0;
  if (!has_streams()) text[size++] = nothing_can_come;
  if (!words().at_line_start()) text[size++] = ended_within_line;
  draining_ = !answer(RelayWord::drained, {text.data(), size});
  answer_failed_ = draining_;
}

void RelayProcess::lose_joulecast() {
  ::close(std::exchange(duty_.control, -1));
  draining_ = false;
  if (command_ended_) let_signals_end_it();
  terminal_.give_back(/*for_good=*/true);
  push_all();
  wait_for_readers();
}

}  // namespace

void relay_until_the_end(const RelayDuty& duty) {
  begin_helper_process("jc-relay");
  close_all_but({STDOUT_FILENO, STDERR_FILENO, duty.control, duty.wake, duty.out, duty.err, duty.session});
  // Not on the stack, which may be smaller than the buffers (ulimit -s).
  alignas(RelayProcess) static std::byte memory[sizeof(RelayProcess)];
  (new (memory) RelayProcess(duty))->run();
}

}  // namespace joulecast::run
