#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "base/failure.hpp"
#include "base/text.hpp"
#include "run/command_run.hpp"
#include "run/limit_command.hpp"
#include "run/tell.hpp"
#include "run/wait_for_any.hpp"

namespace joulecast::run {
namespace {

/// How long the rest of the output may take once somebody asked for the end. The relay goes on without us.
constexpr Seconds drain_patience{2};
/// Of a rank: a launcher kills it a second after it asked, and then its run would not be closed.
constexpr Seconds rank_drain_patience{0.3};
/// How often a relay that was killed and cannot be replaced is tried again.
constexpr int relay_retry_ms = 1000;
/// How often the relay is told again that the command has ended, if it could not be told.
constexpr int drain_retry_ms = 50;
/// How often what is left of a command that is being ended is looked at.
constexpr int ending_look_ms = 100;

}  // namespace

void CommandRun::watch() {
  auto failure = failure_of([this] { take_signals(); });  // a short command may have ended already
  while (!is_over()) {
    if (failure) tell("joulecast: while the command ran: {}\n", *failure);
    failure = failure_of([this] {
      take_events();
      end_if_too_long();
      press_on();
    });
  }
}

bool CommandRun::is_over() const {
  if (ending_ && ending_->is_hopeless(clock_->steady())) return exit_status_.has_value();
  if (!exit_status_ || awaits_the_rest()) return false;
  return relay_->is_drained() || (drain_until_ && clock_->steady() >= *drain_until_);
}

int CommandRun::patience_ms() const {
  if (ending_) return ending_look_ms;
  if (deadline_ && !exit_status_) {
    constexpr double longest_ms = 1e6;  // it is only asked again
    const auto left = (*deadline_ - clock_->steady()).value() * 1e3;
    return static_cast<int>(
        std::clamp(left + 1, 0.0, relay_->descriptor() < 0 ? double{relay_retry_ms} : longest_ms));
  }
  if (exit_status_ && drain_until_) {
    const auto left = (*drain_until_ - clock_->steady()).value() * 1e3;
    return std::max(0, static_cast<int>(left) + 1);
  }
  if (exit_status_ && !relay_->is_draining()) return drain_retry_ms;
  return relay_->descriptor() < 0 ? relay_retry_ms : -1;
}

void CommandRun::take_events() {
  std::array<pollfd, 6> waiting{{{signals_.get(), POLLIN, 0},
                                 {wake_up_.descriptor(), POLLIN, 0},
                                 {relay_->descriptor(), POLLIN, 0},
                                 {exit_status_ ? -1 : child_->news(), POLLIN, 0},
                                 keys_.input(),
                                 keys_.output()}};
  constexpr std::size_t without_keys = 4;
  if (wait_for_any(waiting, patience_ms(), without_keys) < 0) return;
  if (waiting[1].revents != 0) wake_up_.clear();
  if (end_asked_.exchange(false)) {
    ended_by_limit_ = true;
    child_->send(SIGTERM);
    if (options_.probe || options_.supervision) ending_.emplace(clock_->steady(), grace());
  }
  if (waiting[2].revents != 0 || relay_->descriptor() < 0) relay_->take();
  if (relay_->took_terminal()) {
    keys_.resume();
    redraw();
  }
  keys_.move(waiting[4], waiting[5]);
  if (keys_.take_interrupt()) {
    signalled_ = asked_to_end_ = true;
    if (exit_status_) drain_until_ = clock_->steady();
  }
  if (waiting[0].revents != 0 || waiting[3].revents != 0) take_signals();
  if (exit_status_ && !relay_->is_draining()) drain();
}

Seconds CommandRun::grace() const {
  return options_.probe ? options_.probe->grace : options_.supervision->grace;
}

void CommandRun::end_if_too_long() {
  if (!deadline_ || exit_status_ || timed_out_ || clock_->steady() < *deadline_) return;
  timed_out_ = true;
  deadline_.reset();
  ask_to_end("its time is up, " + to_text(*options_.supervision->timeout));
}

/// Ends what a probe's command has started and would leave behind, and the command too if it stays.
void CommandRun::press_on() {
  const auto signal = ending_ ? ending_->due(clock_->steady(), exit_status_.has_value()) : std::nullopt;
  if (!signal || (exit_status_ && !awaits_the_rest())) return;
  if (*signal == SIGKILL && !std::exchange(killed_, true)) {
    probe_.killed = true;
    const auto line = fmt::format("the command did not end within {}; ending it (SIGKILL)", to_text(grace()));
    say(line);
    measurement_->note(line);
  }
  signal_the_rest(*signal);
}

/// SIGTERM goes to nobody twice: a training may take the second one as a wish that it should not save first.
void CommandRun::signal_the_rest(int signal) const {
  const auto command = child_->command();
  const auto has_had_it = [&](pid_t pid) {
    return pid == command || (child_->leads_session() && ::getpgid(pid) == command);
  };
  for (const auto pid : strangers_below_this_process())
    if (signal == SIGKILL || !has_had_it(pid)) ::kill(pid, signal);
  if (signal == SIGKILL) child_->send(SIGKILL);
}

/// Processes of a probe's command that outlive it are waited for, until they are killed.
bool CommandRun::awaits_the_rest() const {
  return ending_ && !strangers_below_this_process().empty();
}

/// Tells the relay that nothing more comes. If it cannot be told, it passes the rest on without us.
void CommandRun::drain() {
  relay_->drain();
  if (!relay_->is_draining() && !drain_until_) drain_until_ = end_ + drain_patience;
}

void CommandRun::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) take_signal(info);
  {
    const std::lock_guard guard(limit_command_mutex_);
    hear_limit_command();
    if (orphans_) orphans_->reap(child_->command());
  }
  if (exit_status_) return;
  // Tried each time, since signals merge and the child may have ended before watch() began.
  exit_status_ = child_->reap();
  if (exit_status_) LastResort::exit_status_is(*exit_status_);
  if (child_->take_stop()) suspend();
  if (!exit_status_) return;
  end_ = clock_->steady();
  measurement_->work_has_ended();
  if (signalled_) drain_until_ = end_ + (is_rank_ ? rank_drain_patience : drain_patience);
  drain();
}

/// A limit that is acted on by a command that fails is not acted on: that is told.
void CommandRun::hear_limit_command() {
  int status = 0;
  if (!limit_command_ || ::waitpid(*limit_command_, &status, WNOHANG) == 0) return;
  limit_command_.reset();
  const auto failure = failure_of_limit_command(status);
  if (failure.empty()) return;
  const auto line = "the command of --on-limit failed: " + failure;
  measurement_->note(line);
  say(line);
}

void CommandRun::take_signal(const signalfd_siginfo& info) {
  const int number = static_cast<int>(info.ssi_signo);
  // A signal from the terminal goes to the whole foreground group, so the child already has it.
  const bool child_has_it = info.ssi_code == SI_KERNEL && !child_->leads_session();
  if (number == SIGWINCH) {
    relay_->resize();
    return redraw();
  }
  if (number == SIGCONT) return resume();
  if (ends_a_process(number)) {
    signalled_ = true;
    asked_to_end_ = asked_to_end_ || number != SIGHUP;
    if (options_.supervision && !exit_status_) {
      if (ending_) return signal_the_rest(SIGKILL);
      ending_.emplace(clock_->steady(), grace());
    }
    if (exit_status_) drain_until_ = clock_->steady();
  }
  if (!child_has_it) child_->send(number);
  if (number == SIGTSTP && !child_->leads_session()) suspend();
}

/// Stops this job like the command, which was stopped by a key on its terminal or by a signal.
void CommandRun::suspend() {
  keys_.pause();
  relay_->suspend();
  if (child_->leads_session()) ::kill(0, SIGTSTP);  // what else is in this job, as by Ctrl-Z
  guard_.stop_here();
  resume();
}

void CommandRun::resume() {
  keys_.take_lines();
  relay_->resume();
  keys_.resume();
  if (child_->leads_session()) child_->send(SIGCONT);
  redraw();
}

}  // namespace joulecast::run
