#include "run/session_leader.hpp"

#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "run/helper_process.hpp"

namespace joulecast::run {
namespace {

void tell_news(int to, SessionNews news) {
  [[maybe_unused]] const auto told = ::write(to, &news, sizeof news);
}

void wait_for_end_of(int stay) {
  char nothing = 0;
  while (::read(stay, &nothing, 1) < 0 && errno == EINTR) {
  }
}

[[noreturn]] void watch(pid_t command, const SessionEnds& ends) {
  for (;;) {
    int status = 0;
    if (::waitpid(command, &status, WUNTRACED) < 0) {
      if (errno == EINTR) continue;
      ::_exit(1);
    }
    if (WIFSTOPPED(status)) {
      tell_news(ends.news, {SessionNews::stopped, WSTOPSIG(status)});
      continue;
    }
    tell_news(ends.news, {SessionNews::ended, shell_status(status)});
    wait_for_end_of(ends.stay);
    ::_exit(0);
  }
}

}  // namespace

int shell_status(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

void lead_session(const SessionEnds& ends) {
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::setsid();
  ::ioctl(ends.terminal, TIOCSCTTY, 0);
  const pid_t command = ::fork();
  if (command == 0) {
    ::setpgid(0, 0);
    ::tcsetpgrp(ends.terminal, ::getpid());
    return;
  }
  if (command > 0) ::setpgid(command, command);
  tell_news(ends.news, command > 0 ? SessionNews{SessionNews::began, command}
                                   : SessionNews{SessionNews::refused, errno});
  if (command < 0) ::_exit(1);
  begin_helper_process("jc-session");
  // Once the terminal is hung up, this process has to end: then the kernel tells the command.
  sigset_t hang_up;
  sigemptyset(&hang_up);
  sigaddset(&hang_up, SIGHUP);
  if (std::signal(SIGHUP, SIG_DFL) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // of nohup; no handler of ours
  ::sigprocmask(SIG_UNBLOCK, &hang_up, nullptr);
  close_all_but({ends.news, ends.stay});
  watch(command, ends);
}

}  // namespace joulecast::run
