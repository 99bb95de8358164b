#include "run/signals.hpp"

#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>

#include "base/system_error.hpp"

namespace joulecast::run {
namespace {

constexpr std::array ending_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

bool is_ignored(int number) {
  struct sigaction now {};
  return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

bool has_handler(int number) {
  struct sigaction now {};
  return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL;
}

struct sigaction with_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  return action;
}

}  // namespace

bool ends_a_process(int signal) {
  return std::ranges::find(ending_signals, signal) != ending_signals.end();
}

SignalGuard::SignalGuard() {
  const auto ignore = with_handler(SIG_IGN);
  ::sigaction(SIGPIPE, &ignore, &pipe_before_);
  ::sigaction(SIGXFSZ, &ignore, &file_size_before_);
  // If SIGCHLD is ignored, the kernel reaps children itself and their exit status is lost.
  const auto usual = with_handler(SIG_DFL);
  ::sigaction(SIGCHLD, &usual, &child_before_);
  sigemptyset(&taken_);
  for (const int number :
       {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT})
    if (!is_ignored(number)) sigaddset(&taken_, number);
  ::sigprocmask(SIG_BLOCK, &taken_, &mask_before_);
}

SignalGuard::~SignalGuard() {
  // Discards signals that arrived during shutdown, so that they do not prevent the final report.
  auto nobodys = taken_;
  for (const int number : ending_signals)
    if (has_handler(number)) sigdelset(&nobodys, number);
  const timespec at_once{};
  while (::sigtimedwait(&nobodys, nullptr, &at_once) > 0) {
  }
  ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

Result<Descriptor> SignalGuard::descriptor() const {
  Descriptor signals(::signalfd(-1, &taken_, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return fail_errno("signalfd", errno);
  return signals;
}

void SignalGuard::stop_here() const {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  ::raise(SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // stops until somebody continues the process
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  sigset_t go_on;
  sigemptyset(&go_on);
  sigaddset(&go_on, SIGCONT);
  const timespec at_once{};
  ::sigtimedwait(&go_on, nullptr, &at_once);
}

bool SignalGuard::asked_to_end() const {
  sigset_t waiting;
  if (::sigpending(&waiting) != 0) return false;
  for (const int number : ending_signals)
    if (sigismember(&taken_, number) == 1 && sigismember(&waiting, number) == 1) return true;
  return false;
}

void SignalGuard::restore_in_child() const {
  // A handler of this process would swallow what comes before exec, which takes it away.
  const auto usual = with_handler(SIG_DFL);
  for (const int number : ending_signals)
    if (has_handler(number)) ::sigaction(number, &usual, nullptr);
  ::sigaction(SIGPIPE, &pipe_before_, nullptr);
  ::sigaction(SIGXFSZ, &file_size_before_, nullptr);
  ::sigaction(SIGCHLD, &child_before_, nullptr);
  ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
}

}  // namespace joulecast::run
