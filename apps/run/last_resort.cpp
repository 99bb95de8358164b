#include "run/last_resort.hpp"

#include <execinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <exception>
#include <optional>

#include "run/child.hpp"
#include "run/session_leader.hpp"
#include "run/tell.hpp"

namespace joulecast::run {
namespace {

constexpr int none = -1;
constexpr timespec rest{0, 20'000'000};

// Not in the object: what failed may be anything, and the handler has no argument.
std::atomic<int> status_of_command = none;
std::atomic<pid_t> child_process = none;
std::atomic<int> leader_news = none;
std::atomic<std::terminate_handler> handler_before = nullptr;

/// From the leader of a session, whose pipe does not block.
std::optional<int> heard_status() {
  SessionNews news;
  for (;;) {
    const auto got = ::read(leader_news, &news, sizeof news);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return std::nullopt;
    if (got != sizeof news) return exit_unknown;
    if (news.kind == SessionNews::ended) return news.value;
  }
}

std::optional<int> collected_status() {
  int status = 0;
  const auto ended = ::waitpid(child_process, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  if (ended > 0) return shell_status(status);
  // The thread that has collected it tells it now.
  ::nanosleep(&rest, nullptr);
  return status_of_command != none ? status_of_command.load() : exit_unknown;
}

[[noreturn]] void pass_its_status_on() {
  for (;;) {
    if (status_of_command != none) ::_exit(status_of_command);
    if (const auto status = leader_news >= 0 ? heard_status() : collected_status()) ::_exit(*status);
    ::nanosleep(&rest, nullptr);
  }
}

[[noreturn]] void wait_for_the_command() {
  tell_text("joulecast: failed, probably for lack of memory; the command is not touched by it\n");
  pass_its_status_on();
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::array<int, 0> fatal_signals{};  // sanitizers tell of these themselves
#else
constexpr std::array fatal_signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#endif
std::array<struct sigaction, 5> actions_before{};

/// A library that does not survive a lack of memory (base/memory.hpp names two), a driver with a fault: ours
/// to bear, not the command's. Calls only what is safe in a handler.
void on_fatal_signal(int) {
  tell_text("joulecast: failed by a fault of its own; the command is not touched by it\n");
  pass_its_status_on();
}

void handle_fatal_signals() {
  struct sigaction action {};
  action.sa_handler = on_fatal_signal;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < fatal_signals.size(); ++i)
    ::sigaction(fatal_signals[i], &action, &actions_before[i]);
}

void restore_fatal_signals() {
  for (std::size_t i = 0; i < fatal_signals.size(); ++i)
    ::sigaction(fatal_signals[i], &actions_before[i], nullptr);
}

/// The C library looks for the unwinder only when an exception first passes through it, and ends the process
/// if there is no memory for that. A backtrace makes it look now.
void load_unwinder() {
  void* frame = nullptr;
  (void)::backtrace(&frame, 1);
}

}  // namespace

LastResort::LastResort(pid_t child, int news) {
  load_unwinder();
  status_of_command = none;
  child_process = child;
  leader_news = news;
  handler_before = std::set_terminate(wait_for_the_command);
  handle_fatal_signals();
}

LastResort::LastResort(int exit_status) : LastResort(none, none) {
  exit_status_is(exit_status);
}

LastResort::~LastResort() {
  restore_fatal_signals();
  std::set_terminate(handler_before);
}

void LastResort::exit_status_is(int exit_status) {
  status_of_command = exit_status;
}

}  // namespace joulecast::run
